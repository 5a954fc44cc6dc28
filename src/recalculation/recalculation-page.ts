import { KeysetCursors } from '../common/keyset-cursor.js';
import { pageOf, pageWindow } from '../common/page-window.js';
import type { RecalculationConnection } from './dto/recalculation-connection.type.js';
import type { Recalculation } from './recalculation.js';

/** Runs are ordered by their ids alone. */
const CURSORS = new KeysetCursors('recalculations', null, []);

/**
 * A page of runs, from a reader of runs before an id.
 * @throws BAD_USER_INPUT
 */
export async function recalculationPage(
  first: number,
  after: string | null,
  read: (beforeId: number | null, limit: number) => Promise<Recalculation[]>,
): Promise<RecalculationConnection> {
  const window = pageWindow({ first, after }, (cursor, name) => CURSORS.read(cursor, name));
  const runs = await read(window.after?.id ?? null, window.size + 1);
  return pageOf(runs, window, ({ id }) => CURSORS.write({ id, values: [] }));
}
