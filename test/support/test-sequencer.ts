import { readFileSync } from 'node:fs';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const STARTS_PROGRAMS =
  /support\/(program|fleet|database-server|streaming-replica|browser)\.js|child_process/;

/**
 * The order of the test files. Those that start programs take longest, so they come first: otherwise one
 * worker would run a long file at the end while the other workers are idle. By default, vitest orders files by
 * their size, or by their last duration if it is known.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = new Map(
      sorted.map((file) => [file, STARTS_PROGRAMS.test(readFileSync(file.moduleId, 'utf8'))]),
    );
    return sorted.toSorted((a, b) => Number(isLong.get(b)) - Number(isLong.get(a)));
  }
}
