import type { RecordChanges } from './record-events.js';

export interface RecordWatch<Row extends { readonly id: number }> {
  /** The record to watch; null: all, for ever. */
  readonly id: number | null;
  readonly changes: RecordChanges;
  /** What there is at the beginning. It may throw, where there is no such record. */
  readonly first: () => Promise<Row | null>;
  /**
   * What there is to tell of a change. @param id of the record that has changed; null: it is not known whether any has, such as
   * after a connection was lost, or since whoever changes the record may have died without a word
   */
  readonly find: (id: number | null) => Promise<Row | null>;
  readonly isOver: (row: Row) => boolean;
  /** Whether there is nothing new for who watches. */
  readonly isSame: (row: Row, other: Row) => boolean;
}

/** A record as it is, and again whenever it changes, until it is over. @throws what `first` throws */
export async function watchRecord<Row extends { readonly id: number }>(
  watch: RecordWatch<Row>,
): Promise<AsyncGenerator<Row, void, undefined>> {
  try {
    // Listening comes first: nothing is missed between the first look and the first change.
    await watch.changes.ready;
    return endingAtOnce(follow(watch, await watch.first()), watch.changes);
  } catch (error) {
    watch.changes.close();
    throw error;
  }
}

async function* follow<Row extends { readonly id: number }>(
  { id, changes, find, isOver, isSame }: RecordWatch<Row>,
  first: Row | null,
): AsyncGenerator<Row, void, undefined> {
  let last = first;
  const isAtItsEnd = () => id !== null && last !== null && isOver(last);
  try {
    if (last !== null) yield last;
    if (isAtItsEnd()) return;
    for await (const changedId of changes) {
      if (id !== null && changedId !== null && changedId !== id) continue;
      // Where the database cannot be asked just now, the next change, or the next look, asks again.
      const row = await find(changedId).catch(() => null);
      if (row === null || (last !== null && isSame(row, last))) continue;
      last = row;
      yield row;
      if (isAtItsEnd()) return;
    }
  } finally {
    changes.close();
  }
}

/**
 * A generator that waits does not hear that nobody wants it any more, and one that was never asked does not tidy up
 * after itself. Here whoever leaves ends the waiting.
 */
function endingAtOnce<Row>(
  rows: AsyncGenerator<Row, void, undefined>,
  changes: RecordChanges,
): AsyncGenerator<Row, void, undefined> {
  const end = rows.return.bind(rows);
  const leave = () => {
    changes.close();
    return end();
  };
  return Object.assign(rows, { return: leave, throw: leave });
}
