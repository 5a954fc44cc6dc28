import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/sequelize';
import { QueryTypes, Sequelize, type Transaction } from 'sequelize';
import { inTransaction } from '../database/transactions.js';
import type { SummaryAccount } from '../summaries/ai-summary.service.js';
import type { CallMeter } from '../summaries/call-meter.js';
import { batchChanged } from './errors-and-events.js';
import type { SummaryBatchStatus, SummaryFailure } from './summary-batch.js';
import {
  ADD_COST,
  BEGIN_ITEM,
  COUNT_WRITING,
  END_ITEM,
  LOCK_BATCH,
  NOTE_PAUSE,
  REQUEUE_ITEM,
} from './summary-batch.sql.js';
import { SummaryBatchesService } from './summary-batches.service.js';
import { mayBegin, type SummaryBudget } from './summary-budget.js';

/** A batch is aborted after this number of failures without a success. */
const ABORT_AFTER_FAILURES = 20;

/** `wait`: for other summaries of the batch. `over`: nothing is left to do. */
export type BegunItem = 'wait' | 'over' | { readonly isForced: boolean; readonly tryCount: number };

interface LockedBatch extends Omit<SummaryBudget, 'writingCount'> {
  readonly status: SummaryBatchStatus;
  readonly onlyStale: boolean;
}

interface Progress {
  readonly status: SummaryBatchStatus;
  readonly writtenCount: number;
  readonly unchangedCount: number;
  readonly failedCount: number;
}

/** Maintains the records of the leads of a batch. */
@Injectable()
export class SummaryBatchItems {
  constructor(
    @InjectConnection() private readonly sequelize: Sequelize,
    private readonly batches: SummaryBatchesService,
  ) {}

  /** Begins the summary of a lead, if the batch is running and its budget allows it. */
  begin(batchId: number, leadId: number): Promise<BegunItem> {
    return inTransaction(this.sequelize, async (transaction) => {
      const [batch] = await this.select<LockedBatch>(LOCK_BATCH, [batchId], transaction);
      if (batch === undefined) return 'over';
      if (batch.status !== 'running') {
        await this.endWithin(transaction, batchId, leadId, 'skipped');
        return 'over';
      }
      const may = mayBegin({ ...batch, writingCount: await this.countWriting(batchId, leadId, transaction) });
      if (may === 'no') {
        await this.batches.stop(batchId, 'budget_spent', budgetError(batch), transaction);
        return 'over';
      }
      if (may === 'wait') return 'wait';
      const [begun] = await this.select<{ tryCount: number }>(BEGIN_ITEM, [batchId, leadId], transaction);
      if (begun === undefined) return 'over';
      return { isForced: !batch.onlyStale, tryCount: begun.tryCount };
    });
  }

  /** Returns the account that stores the cost together with the summary. */
  accountOf(batchId: number, leadId: number): SummaryAccount {
    return {
      batchId,
      onSpent: async (transaction, meter, isWritten) => {
        await this.spend(transaction, batchId, leadId, meter);
        if (isWritten) await this.endWithin(transaction, batchId, leadId, 'written');
      },
    };
  }

  async end(batchId: number, leadId: number, status: 'written' | 'unchanged' | 'skipped'): Promise<void> {
    await inTransaction(this.sequelize, (transaction) =>
      this.endWithin(transaction, batchId, leadId, status),
    );
  }

  async fail(batchId: number, { leadId, code, reason }: SummaryFailure): Promise<void> {
    await inTransaction(this.sequelize, async (transaction) => {
      const progress = await this.endWithin(transaction, batchId, leadId, 'failed', code, reason);
      if (progress === null || progress.writtenCount + progress.unchangedCount > 0) return;
      if (progress.failedCount < ABORT_AFTER_FAILURES) return;
      const error = `The first ${ABORT_AFTER_FAILURES} summaries failed. The latest reason: ${reason}`;
      await this.batches.stop(batchId, 'failed', error, transaction);
    });
  }

  /** Ends the whole batch, because this failure affects every lead. */
  async failBatch(batchId: number, failure: SummaryFailure): Promise<void> {
    await inTransaction(this.sequelize, async (transaction) => {
      await this.endWithin(transaction, batchId, failure.leadId, 'failed', failure.code, failure.reason);
      await this.batches.stop(batchId, 'failed', failure.reason, transaction);
    });
  }

  /** Records that workers wait, because the provider requested a pause or is down. */
  async notePause(batchId: number, ms: number): Promise<void> {
    await inTransaction(this.sequelize, async (transaction) => {
      const bind = [batchId, Math.round(ms)];
      const noted = await this.select<{ id: number }>(NOTE_PAUSE, bind, transaction);
      if (noted.length > 0) await this.batches.tellChanged(batchId, transaction);
    });
  }

  /** Puts a lead back into the queue. @param countsAsTry whether a request to the provider has failed */
  async requeue(batchId: number, leadId: number, inMs: number, countsAsTry: boolean): Promise<void> {
    await this.sequelize.query(REQUEUE_ITEM, { bind: [batchId, leadId, Math.round(inMs), countsAsTry] });
  }

  private async countWriting(batchId: number, leadId: number, transaction: Transaction): Promise<number> {
    const bind = [batchId, leadId];
    const [counted] = await this.select<{ writingCount: number }>(COUNT_WRITING, bind, transaction);
    return counted?.writingCount ?? 0;
  }

  private async spend(
    transaction: Transaction,
    batchId: number,
    leadId: number,
    meter: CallMeter,
  ): Promise<void> {
    await this.sequelize.query(ADD_COST, { transaction, bind: [batchId, leadId, meter.knownCostUsd] });
    if (meter.unpricedCount > 0) {
      const [batch] = await this.select<LockedBatch>(LOCK_BATCH, [batchId], transaction);
      if (batch?.maxCostUsd != null) {
        const error =
          'The provider reported no usable cost for an answer, so the batch could no longer enforce its cost limit.';
        await this.batches.stop(batchId, 'failed', error, transaction);
      }
    }
    await this.batches.tellChanged(batchId, transaction);
  }

  private async endWithin(
    transaction: Transaction,
    batchId: number,
    leadId: number,
    status: 'written' | 'unchanged' | 'failed' | 'skipped',
    code: string | null = null,
    reason: string | null = null,
  ): Promise<Progress | null> {
    const bind = [batchId, leadId, status, code, reason];
    const [progress] = await this.select<Progress>(END_ITEM, bind, transaction);
    await this.batches.tellChanged(batchId, transaction);
    if (progress?.status === 'succeeded') {
      transaction.afterCommit(() => {
        batchChanged.publish({ batchId, status: 'succeeded' });
      });
    }
    return progress ?? null;
  }

  private select<Row extends object>(sql: string, bind: unknown[], transaction: Transaction): Promise<Row[]> {
    return this.sequelize.query<Row>(sql, { type: QueryTypes.SELECT, transaction, bind });
  }
}

function budgetError({ maxCostUsd, costUsd }: LockedBatch): string {
  const dollars = (amount: number | null) => `$${(amount ?? 0).toFixed(4)}`;
  return `${dollars(costUsd)} of ${dollars(maxCostUsd)} are spent; the rest is not enough for another summary.`;
}
