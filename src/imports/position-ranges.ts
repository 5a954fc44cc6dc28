import type { Sequelize, Transaction } from 'sequelize';
import { isRowError, rowErrorMessage } from '../database/database-errors.js';
import { withSavepoint } from '../database/transactions.js';

/**
 * The database wrote fewer rows than requested, without an error: a trigger suppressed rows, or another transaction has just
 * inserted the same e-mail or external id.
 */
export class RowsSkippedError extends Error {
  override readonly name = 'RowsSkippedError';
}

export interface PositionRanges {
  /** The last position; the first is 1. */
  readonly count: number;
  /** The number of positions that are written together. */
  readonly size: number;
  /** Writes the rows from the position after `after` to `upTo`. @throws RowsSkippedError */
  readonly write: (after: number, upTo: number) => Promise<void>;
  /** Called for a single row that the database rejects. @param reason readable text */
  readonly reject: (position: number, reason: string) => Promise<void>;
  /** Called after each range. An exception stops the work. */
  readonly onWritten: (upTo: number) => void;
  /** Whether a skipped row ends the work with a RowsSkippedError. Otherwise it is rejected. */
  readonly isSkippingFatal: boolean;
  readonly signal: AbortSignal;
}

/**
 * Writes planned rows in ranges of their positions, each in a savepoint. If the database rejects a range, it is bisected until
 * the rows that cause the rejection are known.
 * @throws the error of the database if no single row causes it; the reason of the signal if it is aborted
 */
export async function writeRanges(
  sequelize: Sequelize,
  transaction: Transaction,
  { count, size, write, reject, onWritten, isSkippingFatal, signal }: PositionRanges,
): Promise<void> {
  const writeRange = async (after: number, upTo: number): Promise<void> => {
    try {
      await withSavepoint(sequelize, transaction, () => write(after, upTo));
    } catch (error) {
      // A cancelled statement does not mean that its row is invalid.
      signal.throwIfAborted();
      const isSkipped = error instanceof RowsSkippedError;
      if (isSkipped ? isSkippingFatal : !isRowError(error)) throw error;
      if (upTo - after > 1) {
        const middle = Math.ceil((after + upTo) / 2);
        await writeRange(after, middle);
        await writeRange(middle, upTo);
      } else {
        await reject(
          upTo,
          isSkipped ? 'The database skipped the row without an error.' : rowErrorMessage(error),
        );
      }
    }
  };
  for (let after = 0; after < count; after += size) {
    const upTo = Math.min(after + size, count);
    await writeRange(after, upTo);
    onWritten(upTo);
  }
}
