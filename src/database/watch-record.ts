import type { RecordChanges } from './record-events.js';

export interface RecordWatch<Row extends { readonly id: number }> {
  /** The record to watch; null: all records, without end. */
  readonly id: number | null;
  readonly changes: RecordChanges;
  /** Returns the initial record. Throws if there is no such record. */
  readonly first: () => Promise<Row | null>;
  /**
   * Returns the record to publish after a change. @param id of the changed record; null: any record may have
   * changed, since a connection was lost or the process that changes the record may have died
   */
  readonly find: (id: number | null) => Promise<Row | null>;
  readonly isOver: (row: Row) => boolean;
  /** Whether the change is irrelevant for the subscriber. */
  readonly isSame: (row: Row, other: Row) => boolean;
}

/** Yields a record now and after each change, until it is over. @throws the errors of `first` */
export async function watchRecord<Row extends { readonly id: number }>(
  watch: RecordWatch<Row>,
): Promise<AsyncGenerator<Row, void, undefined>> {
  try {
    // Listens before the first read, so that no change is missed between them.
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
      // If the database does not respond, the next change or the next periodic check reads again.
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
 * A generator that waits does not notice `return`, and one that was never started does not run its `finally`.
 * So both methods also close the changes, which ends the waiting.
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
