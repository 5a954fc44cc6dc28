import type { Sequelize, Transaction } from 'sequelize';
import { refusalReason, TransactionLostError } from '../database/database-errors.js';
import { selectIds } from '../database/select-ids.js';
import { withSavepoint } from '../database/transactions.js';
import { countLeadsOf, recalculateLeads } from '../leads/scoring/bulk-recalculation.js';
import { readClock, scoreLeadNow } from '../leads/scoring/lead-scores.js';
import { MAX_NAMED_FAILURES, type RecalculationFailure } from '../leads/scoring/recalculation-tally.js';
import {
  ADD_TOUCHED_LEADS,
  ANALYZE_TOUCHED_LEADS,
  CREATE_TOUCHED_LEADS,
  READ_FRESHER_LEADS,
  TOUCHED_LEADS,
} from './csv-import.sql.js';

const PAGE_SIZE = 1000;
const BEFORE_ALL_IDS = -2_147_483_648;

interface TouchedScores {
  readonly count: number;
  readonly failedCount: number;
  /** The first of them. */
  readonly failures: readonly RecalculationFailure[];
}

/** The leads whose scores an import has to make right: kept by the database, however many they are. */
export class TouchedLeads {
  private constructor(
    private readonly sequelize: Sequelize,
    private readonly transaction: Transaction,
  ) {}

  static async create(sequelize: Sequelize, transaction: Transaction): Promise<TouchedLeads> {
    await sequelize.query(CREATE_TOUCHED_LEADS, { transaction });
    return new TouchedLeads(sequelize, transaction);
  }

  async add(leadIds: readonly number[]): Promise<void> {
    if (leadIds.length === 0) return;
    await this.sequelize.query(ADD_TOUCHED_LEADS, { transaction: this.transaction, bind: [leadIds] });
  }

  /** Scores them all. Tells how many scores have been saved after each step, and stops where that throws. */
  async rescore(onReached: (count: number) => void): Promise<TouchedScores> {
    await this.sequelize.query(ANALYZE_TOUCHED_LEADS, { transaction: this.transaction });
    const asOf = await readClock(this.sequelize, this.transaction);
    const { doneCount, failedCount, failures } = await recalculateLeads(this.sequelize, this.transaction, {
      asOf,
      ids: TOUCHED_LEADS,
      totalCount: await countLeadsOf(this.sequelize, this.transaction, TOUCHED_LEADS),
      onProgress: ({ doneCount }) => {
        onReached(doneCount);
      },
    });
    return this.rescoreFresher(asOf, { count: doneCount, failedCount, failures });
  }

  /**
   * A recalculation leaves scores of a later instant alone. Such a score, written by somebody else while we
   * imported, knows nothing of what we have added, so here it is calculated once more.
   */
  private async rescoreFresher(asOf: Date, scores: TouchedScores): Promise<TouchedScores> {
    let { count, failedCount } = scores;
    const failures: RecalculationFailure[] = [...scores.failures];
    for await (const leadId of this.fresherLeads(asOf)) {
      try {
        await withSavepoint(this.sequelize, this.transaction, () =>
          scoreLeadNow(this.sequelize, this.transaction, leadId),
        );
        count += 1;
      } catch (error) {
        if (error instanceof TransactionLostError) throw error;
        failedCount += 1;
        if (failures.length < MAX_NAMED_FAILURES) failures.push({ leadId, reason: refusalReason(error) });
      }
    }
    return { count, failedCount, failures };
  }

  private async *fresherLeads(asOf: Date): AsyncGenerator<number> {
    let afterId = BEFORE_ALL_IDS;
    for (;;) {
      const leadIds = await selectIds(this.sequelize, this.transaction, READ_FRESHER_LEADS, [
        asOf,
        afterId,
        PAGE_SIZE,
      ]);
      const lastId = leadIds.at(-1);
      if (lastId === undefined) return;
      yield* leadIds;
      afterId = lastId;
    }
  }
}
