import { QueryTypes, type Sequelize, type Transaction } from 'sequelize';
import { refusalReason } from '../database/database-errors.js';
import { TransactionLostError, withSavepoint } from '../database/transactions.js';
import {
  MAX_NAMED_FAILURES,
  type RecalculationFailure,
  type RecalculationResult,
  recalculateLeads,
} from '../leads/scoring/bulk-recalculation.js';
import { scoreLeadNow } from '../leads/scoring/lead-scores.js';
import {
  ADD_TOUCHED_LEADS,
  CREATE_TOUCHED_LEADS,
  READ_FRESHER_LEADS,
  READ_TOUCHED_LEADS,
} from './csv-import.sql.js';

const PAGE_SIZE = 1000;
const BEFORE_ALL_IDS = -2_147_483_648;

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

  /** Scores them all. Tells how many have been reached after each batch, and stops where that throws. */
  async rescore(onReached: (count: number) => void): Promise<RecalculationResult> {
    let reached = 0;
    const result = await recalculateLeads(this.sequelize, this.transaction, async (afterId, limit) => {
      onReached(reached);
      const leadIds = await this.readIds(READ_TOUCHED_LEADS, [afterId, limit]);
      reached += leadIds.length;
      return leadIds;
    });
    return this.rescoreFresher(result);
  }

  /**
   * A recalculation leaves scores of a later instant alone. Such a score, written by somebody else while we
   * imported, knows nothing of what we have added, so here it is calculated once more.
   */
  private async rescoreFresher(result: RecalculationResult): Promise<RecalculationResult> {
    let { count, failedCount } = result;
    const failures: RecalculationFailure[] = [...result.failures];
    for await (const leadId of this.fresherLeads(result.asOf)) {
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
    return { asOf: result.asOf, count, failedCount, failures };
  }

  private async *fresherLeads(asOf: Date): AsyncGenerator<number> {
    let afterId = BEFORE_ALL_IDS;
    for (;;) {
      const leadIds = await this.readIds(READ_FRESHER_LEADS, [asOf, afterId, PAGE_SIZE]);
      const lastId = leadIds.at(-1);
      if (lastId === undefined) return;
      yield* leadIds;
      afterId = lastId;
    }
  }

  private async readIds(sql: string, bind: unknown[]): Promise<number[]> {
    const rows = await this.sequelize.query<{ id: number }>(sql, {
      type: QueryTypes.SELECT,
      transaction: this.transaction,
      bind,
    });
    return rows.map(({ id }) => id);
  }
}
