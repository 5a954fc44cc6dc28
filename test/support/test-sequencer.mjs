import { readFileSync } from 'node:fs';
import Sequencer from '@jest/test-sequencer';

const STARTS_PROGRAMS =
  /support\/(program|fleet|database-server|streaming-replica|browser)\.js|child_process/;

/**
 * The order of the test files. Those that start programs take longest, so they come first: a long one that comes last has
 * a worker of its own while the other workers have nothing to do. Jest itself goes by the size of the files, or by how
 * long they took last time, if it knows.
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
