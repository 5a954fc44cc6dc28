import { KeysetCursors } from '../common/keyset-cursor.js';
import { pageOf, pageWindow } from '../common/page-window.js';
import type { RescoreRunConnection } from './dto/rescore-run-connection.type.js';
import type { RescoreRun } from './rescore-run.js';

/** Runs are ordered by their ids alone. */
const CURSORS = new KeysetCursors('rescoreRuns', null, []);

/**
 * A page of runs, from a reader of runs before an id.
 * @throws BAD_USER_INPUT
 */
export async function rescoreRunPage(
  first: number,
  after: string | null,
  read: (beforeId: number | null, limit: number) => Promise<RescoreRun[]>,
): Promise<RescoreRunConnection> {
  const window = pageWindow({ first, after }, (cursor, name) => CURSORS.read(cursor, name));
  const runs = await read(window.after?.id ?? null, window.size + 1);
  return pageOf(runs, window, ({ id }) => CURSORS.write({ id, values: [] }));
}
