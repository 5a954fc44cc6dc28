import os from 'node:os';
import { QueryTypes, type Sequelize, type Transaction } from 'sequelize';
import { DomainError } from '../common/domain-error.js';
import { failureReason } from '../database/database-errors.js';
import type { RecordWriter } from '../database/record-writer.js';
import { stopOnAbort } from '../database/statement-canceller.js';
import { inSingleTransaction, withSavepoint } from '../database/transactions.js';
import {
  countLeadsOf,
  type BulkRecalculationOptions,
  recalculateLeads,
  tryLockBulkScoring,
} from '../leads/scoring/bulk-recalculation.js';
import { readClock } from '../leads/scoring/lead-scores.js';
import {
  type RecalculationCounts,
  type RecalculationProgress,
  TooManyFailuresError,
} from '../leads/scoring/recalculation-counter.js';
import { selectStaleLeads, STALE_LEADS } from '../leads/scoring/stale-scores.sql.js';
import { recalculationEnded, recalculationStarted } from './errors-and-events.js';
import type { RecalculationRequest } from './recalculation.js';
import {
  BEGIN_RUN,
  END_WHEN_ABANDONED,
  LOCK_RUN,
  NEXT_ID,
  SAVE_END,
  SAVE_SUCCESS,
  SETTLE_INTERRUPTED,
} from './recalculation-record.sql.js';

/**
 * Another recalculation or an import is running, or another replica has begun this scheduled recalculation.
 */
export class BulkScoringBusyError extends Error {
  override readonly name = 'BulkScoringBusyError';
}

/** The reason why a recalculation did not succeed. */
interface Failure {
  readonly status: 'failed' | 'cancelled';
  /** Readable text. */
  readonly reason: string;
  readonly cause: unknown;
}

interface BegunRun {
  readonly id: number;
  readonly begunAt: number;
  readonly leads: Pick<BulkRecalculationOptions, 'asOf' | 'ids' | 'totalCount'>;
}

/**
 * One recalculation. Its outcome is written within its own transaction, so that record and scores are always
 * consistent: it succeeded exactly if its scores are stored. If it fails, the scores are rolled back to a
 * savepoint. The end of the record is then committed without them.
 */
export class RecalculationExecution {
  private begun: BegunRun | null = null;
  private failure: Failure | null = null;
  private result: RecalculationProgress | null = null;

  /** @param signal aborts and rolls back the recalculation */
  constructor(
    private readonly sequelize: Sequelize,
    private readonly record: RecordWriter<RecalculationCounts>,
    private readonly request: RecalculationRequest,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * @returns the id of the recalculation, which succeeded
   * @throws BulkScoringBusyError if it was not begun
   * @throws DomainError if it was rolled back
   */
  async run(): Promise<number> {
    try {
      await inSingleTransaction(this.sequelize, async (transaction) => {
        this.begun = await this.begin(transaction);
        await this.runWithin(transaction, this.begun);
      });
    } catch (error) {
      await this.recordLoss(error);
    }
    this.publishEnd();
    if (this.failure !== null) throw toDomainFailure(this.failure);
    return this.idOfRun();
  }

  private async begin(transaction: Transaction): Promise<BegunRun> {
    const begunAt = performance.now();
    if (!(await tryLockBulkScoring(this.sequelize, transaction))) throw new BulkScoringBusyError();
    const [next] = await this.sequelize.query<{ id: number }>(NEXT_ID, {
      type: QueryTypes.SELECT,
      transaction,
    });
    const id = next?.id ?? 0;
    await this.sequelize.query(END_WHEN_ABANDONED, { transaction });
    await this.sequelize.query(LOCK_RUN, { transaction, bind: [id] });
    const asOf = await readClock(this.sequelize, transaction);
    const { ids, totalCount } = await stopOnAbort(transaction, this.signal, () =>
      this.selectLeads(transaction),
    );
    const host = `${os.hostname()}, process ${process.pid}`;
    // While this session has the bulk scoring lock, every other record of a running recalculation is of a dead process.
    await this.record.run(SETTLE_INTERRUPTED);
    const { trigger, onlyStale, scheduledFor = null, isVerification = false } = this.request;
    const values = [trigger, host, onlyStale !== null, scheduledFor, asOf, totalCount, isVerification];
    if (!(await this.record.begin(id, BEGIN_RUN, values))) throw new BulkScoringBusyError();
    recalculationStarted.publish({ recalculationId: id, trigger: this.request.trigger, totalCount });
    return { id, begunAt, leads: { asOf, ids, totalCount } };
  }

  private publishEnd(): void {
    if (this.begun === null) return;
    const { id: recalculationId, begunAt } = this.begun;
    recalculationEnded.publish({
      recalculationId,
      outcome: this.failure?.status ?? 'succeeded',
      durationMs: Math.round(performance.now() - begunAt),
      savedCount: this.failure === null ? (this.result?.savedCount ?? 0) : 0,
      failedCount: this.result?.failedCount ?? 0,
    });
  }

  private async selectLeads(
    transaction: Transaction,
  ): Promise<Pick<BulkRecalculationOptions, 'ids' | 'totalCount'>> {
    const { onlyStale } = this.request;
    if (onlyStale !== null) {
      await this.sequelize.query(selectStaleLeads(onlyStale.maxAgeHours), { transaction });
    }
    const ids = onlyStale === null ? null : STALE_LEADS;
    return { ids, totalCount: await countLeadsOf(this.sequelize, transaction, ids) };
  }

  private async runWithin(transaction: Transaction, { id, leads }: BegunRun): Promise<void> {
    try {
      const result = await withSavepoint(this.sequelize, transaction, async () => {
        await this.request.prepare?.(transaction, id);
        return this.recalculate(transaction, leads);
      });
      this.result = result;
      await this.record.settled();
      await this.sequelize.query(SAVE_SUCCESS, {
        transaction,
        bind: [
          id,
          result.calculatedCount,
          result.savedCount,
          result.failedCount,
          JSON.stringify(result.failures),
          result.differenceCount,
          JSON.stringify(result.differences),
        ],
      });
    } catch (error) {
      this.failure = this.failureOf(error);
      await this.record.settled();
      await this.sequelize.query(SAVE_END, {
        transaction,
        bind: [id, this.failure.status, this.failure.reason],
      });
    }
  }

  private recalculate(transaction: Transaction, leads: BegunRun['leads']): Promise<RecalculationProgress> {
    const { signal } = this;
    const onProgress = (progress: RecalculationProgress) => {
      this.record.progress(progress);
      this.request.onProgress?.(progress);
    };
    return stopOnAbort(transaction, signal, () =>
      recalculateLeads(this.sequelize, transaction, {
        ...leads,
        isVerification: this.request.isVerification,
        onProgress,
        signal,
      }),
    );
  }

  private async recordLoss(error: unknown): Promise<void> {
    if (this.begun === null) throw this.signal.aborted ? toDomainFailure(this.failureOf(error)) : error;
    const failure = this.failure ?? this.failureOf(error);
    const isSaved = await this.record.endUncertain(this.sequelize, failure.status, failure.reason);
    this.failure = isSaved ? null : failure;
  }

  private idOfRun(): number {
    if (this.begun === null) throw new Error('The recalculation was not started.');
    return this.begun.id;
  }

  private failureOf(error: unknown): Failure {
    if (this.signal.aborted) {
      return { status: 'cancelled', reason: abortReason(this.signal), cause: error };
    }
    return { status: 'failed', reason: reasonOf(error), cause: error };
  }
}

function abortReason({ reason }: AbortSignal): string {
  if (reason instanceof RecalculationAbortedError) return reason.message;
  // The reason of AbortSignal.timeout().
  return reason instanceof DOMException && reason.name === 'TimeoutError'
    ? 'It took longer than the server allows.'
    : 'It was cancelled.';
}

/** The reason with which the signal of a recalculation is aborted. Its message explains the cause. */
export class RecalculationAbortedError extends Error {
  override readonly name = 'RecalculationAbortedError';
}

const reasonOf = (error: unknown): string =>
  error instanceof TooManyFailuresError ? error.message : failureReason(error);

function toDomainFailure({ status, reason, cause }: Failure): DomainError {
  return status === 'cancelled'
    ? new DomainError(
        'RECALCULATION_CANCELLED',
        `The recalculation was rolled back: no score was changed. ${reason}`,
        { cause },
      )
    : new DomainError(
        'RECALCULATION_FAILED',
        `The recalculation failed and was rolled back: no score was changed. ${reason}`,
        { cause },
      );
}
