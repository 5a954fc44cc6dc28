import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/sequelize';
import { QueryTypes, Sequelize, Transaction } from 'sequelize';
import { scoresRefreshed } from '../common/events.js';
import { ADVISORY_LOCKS } from '../database/advisory-locks.js';
import { inTransaction } from '../database/transactions.js';
import {
  lockLeadsToRefresh,
  refreshFutureScores,
  refreshLeads,
} from '../leads/scoring/bulk-recalculation.js';
import { readClock } from '../leads/scoring/lead-scores.js';
import type { RecalculationFailure } from '../leads/scoring/recalculation-counter.js';

/** Leads that are scored in one transaction. */
const BATCH_SIZE = 500;

export interface Refresh {
  /** Scores that were written. */
  readonly savedCount: number;
  /** Leads that the database rejected. */
  readonly failures: readonly RecalculationFailure[];
}

const TRY_LOCK = 'SELECT pg_try_advisory_xact_lock($1) AS "isLocked"';

/**
 * Scores the leads whose scores time may have changed. A score says until when it is right, so the cost of this follows
 * the number of scores that change, not the number of leads.
 */
@Injectable()
export class ScoreRefresher {
  /** When this process has last refreshed, by the clock of the database. */
  private refreshedAt: Date | null = null;

  constructor(@InjectConnection() private readonly sequelize: Sequelize) {}

  /**
   * Refreshes all scores that may be wrong by now, in small transactions. Between two of them it pauses for as long as the last
   * one took, so that requests come first. It stops early if another replica refreshes or a recalculation begins.
   * @throws SERVICE_UNAVAILABLE; the reason of the signal if it is aborted
   */
  async refresh(signal?: AbortSignal, batchSize = BATCH_SIZE): Promise<Refresh> {
    let savedCount = 0;
    const failures: RecalculationFailure[] = [];
    const begunAt = performance.now();
    let until: Date | null = null;
    for (;;) {
      signal?.throwIfAborted();
      const batchBegunAt = performance.now();
      const batch: RefreshedBatch | null = await inTransaction(this.sequelize, (transaction) =>
        this.refreshBatch(transaction, until, batchSize),
      );
      if (batch === null) break;
      this.refreshedAt = batch.asOf;
      until ??= batch.asOf;
      savedCount += batch.savedCount;
      failures.push(...batch.failures);
      // A batch that neither saved nor rejected a lead would be found again.
      if (batch.foundCount < batchSize || batch.savedCount + batch.failures.length === 0) break;
      await sleep(performance.now() - batchBegunAt, undefined, { signal });
    }
    const durationMs = Math.round(performance.now() - begunAt);
    if (savedCount > 0 || failures.length > 0) {
      scoresRefreshed.publish({ savedCount, failedCount: failures.length, durationMs });
    }
    return { savedCount, failures };
  }

  /**
   * @param until the instant that the first batch was measured at; null: this is the first one
   * @returns null if another replica refreshes
   */
  private async refreshBatch(
    transaction: Transaction,
    until: Date | null,
    batchSize: number,
  ): Promise<RefreshedBatch | null> {
    const [lock] = await this.sequelize.query<{ isLocked: boolean }>(TRY_LOCK, {
      type: QueryTypes.SELECT,
      transaction,
      bind: [ADVISORY_LOCKS.scoreRefresh],
    });
    if (lock?.isLocked !== true) return null;
    const asOf = await readClock(this.sequelize, transaction);
    // The clock may have been set back since, or before this process began.
    if (this.refreshedAt === null || asOf < this.refreshedAt) {
      await refreshFutureScores(this.sequelize, transaction);
    }
    const ids = await lockLeadsToRefresh(this.sequelize, transaction, until ?? asOf, batchSize);
    if (ids.length === 0) return { asOf, foundCount: 0, savedCount: 0, failures: [] };
    const { savedCount: savedCount, failures } = await refreshLeads(this.sequelize, transaction, ids, asOf);
    return { asOf, foundCount: ids.length, savedCount: savedCount, failures };
  }
}

interface RefreshedBatch extends Refresh {
  readonly asOf: Date;
  readonly foundCount: number;
}
