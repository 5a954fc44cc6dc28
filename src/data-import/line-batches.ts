import type { Sequelize, Transaction } from 'sequelize';
import { rowErrorMessage, TransactionLostError } from '../database/database-errors.js';
import { withSavepoint } from '../database/transactions.js';
import { type LineCounts, noLines, type RejectedLine } from './import-report.js';

export interface WrittenLines {
  readonly counts: LineCounts;
  readonly rejections: readonly RejectedLine[];
}

/** Writes lines within the transaction, and returns their counts and rejections. */
export type LineWriter<Line> = (lines: readonly Line[]) => Promise<WrittenLines>;

/**
 * The database wrote fewer rows than requested, without an error: a trigger suppressed rows, or another
 * transaction has just inserted the same e-mail.
 */
export class RowsSkippedError extends Error {
  override readonly name = 'RowsSkippedError';
}

/** Writes batches of lines, each in a savepoint of one transaction. */
export class LineBatches {
  constructor(
    private readonly sequelize: Sequelize,
    private readonly transaction: Transaction,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * Writes lines together. If the database rejects them, bisects them in order until the invalid lines are
   * isolated.
   * @throws TransactionLostError if the transaction cannot continue; the reason of the signal if it is
   * aborted
   */
  async write<Line extends { readonly line: number }>(
    lines: readonly Line[],
    write: LineWriter<Line>,
  ): Promise<WrittenLines> {
    const [first] = lines;
    if (first === undefined) return { counts: noLines(), rejections: [] };
    try {
      return await this.writeTogether(lines, write);
    } catch (error) {
      // A cancelled statement does not mean that its line is invalid.
      this.signal.throwIfAborted();
      if (error instanceof TransactionLostError) throw error;
      if (lines.length > 1) return this.writeHalves(lines, write);
      const rejection = { line: first.line, reason: reasonOf(error) };
      return { counts: { ...noLines(), rejected: 1 }, rejections: [rejection] };
    }
  }

  /**
   * Retries once: the second attempt finds an e-mail that another transaction has inserted in the meantime.
   */
  private async writeTogether<Line>(lines: readonly Line[], write: LineWriter<Line>): Promise<WrittenLines> {
    try {
      return await this.inPart(() => write(lines));
    } catch (error) {
      if (!(error instanceof RowsSkippedError)) throw error;
      return this.inPart(() => write(lines));
    }
  }

  private async writeHalves<Line extends { readonly line: number }>(
    lines: readonly Line[],
    write: LineWriter<Line>,
  ): Promise<WrittenLines> {
    const middle = Math.ceil(lines.length / 2);
    const first = await this.write(lines.slice(0, middle), write);
    const second = await this.write(lines.slice(middle), write);
    return {
      counts: addCounts(first.counts, second.counts),
      rejections: [...first.rejections, ...second.rejections],
    };
  }

  private inPart<Result>(work: () => Promise<Result>): Promise<Result> {
    return withSavepoint(this.sequelize, this.transaction, work);
  }
}

export function addCounts(a: LineCounts, b: LineCounts): LineCounts {
  return {
    inserted: a.inserted + b.inserted,
    updated: a.updated + b.updated,
    unchanged: a.unchanged + b.unchanged,
    rejected: a.rejected + b.rejected,
  };
}

function reasonOf(error: unknown): string {
  return error instanceof RowsSkippedError
    ? 'The database skipped the row without an error.'
    : rowErrorMessage(error);
}
