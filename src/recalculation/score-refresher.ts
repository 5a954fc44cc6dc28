import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/sequelize';
import { QueryTypes, Sequelize, Transaction } from 'sequelize';
import { ADVISORY_LOCKS } from '../database/advisory-locks.js';
import { inTransaction } from '../database/transactions.js';
import { lockLeadsToRefresh, refreshWrongScores, refreshLeads } from '../leads/scoring/bulk-recalculation.js';
import { readClock } from '../leads/scoring/lead-scores.js';
import type { RecalculationFailure } from '../leads/scoring/recalculation-counter.js';
import { scoresRefreshed } from './errors-and-events.js';

/** The number of leads that are scored in one transaction. */
const BATCH_SIZE = 500;

export interface Refresh {
  /** The number of saved scores. */
  readonly savedCount: number;
  /** Leads that the database has rejected. */
  readonly failures: readonly RecalculationFailure[];
}

const TRY_LOCK = 'SELECT pg_try_advisory_xact_lock($1) AS "isLocked"';

/**
 * Scores leads whose scores may have changed over time. Each score is stored with its validity, so the cost
 * depends on the number of changed scores, not on the number of leads.
 */
@Injectable()
export class ScoreRefresher {
  constructor(@InjectConnection() private readonly sequelize: Sequelize) {}

  /**
   * Refreshes all scores that may be outdated, in small transactions. Pauses between two of them for as long
   * as the last one took, so that requests have priority. Stops early if another replica refreshes or a
   * recalculation begins.
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
      until ??= batch.asOf;
      savedCount += batch.savedCount;
      failures.push(...batch.failures);
      // A batch without saved or rejected leads would be found again endlessly.
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
   * @param until the instant of the first batch; null: this is the first one
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
    // The clock may have been set back, or a transaction that began before a publication may have ended.
    if (until === null) await refreshWrongScores(this.sequelize, transaction);
    const ids = await lockLeadsToRefresh(this.sequelize, transaction, until ?? asOf, batchSize);
    if (ids.length === 0) return { asOf, foundCount: 0, savedCount: 0, failures: [] };
    const { savedCount, failures } = await refreshLeads(this.sequelize, transaction, ids, asOf);
    return { asOf, foundCount: ids.length, savedCount, failures };
  }
}

interface RefreshedBatch extends Refresh {
  readonly asOf: Date;
  readonly foundCount: number;
}
