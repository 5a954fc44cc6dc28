import { KeysetCursors } from '../common/keyset-cursor.js';
import { pageOf, pageWindow } from '../common/page-window.js';
import type { RecalculationConnection } from './dto/recalculation-connection.type.js';
import type { Recalculation } from './recalculation.js';

/** Recalculations are ordered by id. */
const CURSORS = new KeysetCursors('recalculations', null, []);

/**
 * Returns a page of recalculations.
 * @param read reads recalculations with lower ids
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
