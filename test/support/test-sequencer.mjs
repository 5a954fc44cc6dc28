import { readFileSync } from 'node:fs';
import Sequencer from '@jest/test-sequencer';

const STARTS_PROGRAMS =
  /support\/(program|fleet|database-server|streaming-replica|browser)\.js|child_process/;

/**
 * The order of the test files. Those that start programs take longest, so they come first: otherwise one
 * worker would run a long file at the end while the other workers are idle. By default, jest orders files by
 * their size, or by their last duration if it is known.
 */
export default class LongestFirst extends Sequencer {
  async sort(tests) {
    const sorted = await super.sort(tests);
    const isLong = new Map(
      sorted.map((test) => [test, STARTS_PROGRAMS.test(readFileSync(test.path, 'utf8'))]),
    );
    return sorted.toSorted((a, b) => Number(isLong.get(b)) - Number(isLong.get(a)));
  }
}
