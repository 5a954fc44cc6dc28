import type { Sequelize, Transaction } from 'sequelize';
import { countLeadsOf, deferScores, recalculateLeads } from '../leads/scoring/bulk-recalculation.js';
import { readClock } from '../leads/scoring/lead-scores.js';
import { type RecalculationFailure } from '../leads/scoring/recalculation-counter.js';
import {
  ADD_AFFECTED_LEADS,
  ANALYZE_AFFECTED_LEADS,
  CREATE_AFFECTED_LEADS,
  AFFECTED_LEADS,
} from './csv-import.sql.js';

interface AffectedScores {
  readonly count: number;
  readonly failedCount: number;
  /** The first failures. */
  readonly failures: readonly RecalculationFailure[];
}

/**
 * The leads that an import must score. Their ids are in a temporary table, so memory does not limit their
 * number.
 */
export class AffectedLeads {
  private constructor(
    private readonly sequelize: Sequelize,
    private readonly transaction: Transaction,
  ) {}

  static async create(sequelize: Sequelize, transaction: Transaction): Promise<AffectedLeads> {
    await sequelize.query(CREATE_AFFECTED_LEADS, { transaction });
    await deferScores(sequelize, transaction);
    return new AffectedLeads(sequelize, transaction);
  }

  async add(leadIds: readonly number[]): Promise<void> {
    if (leadIds.length === 0) return;
    await this.sequelize.query(ADD_AFFECTED_LEADS, { transaction: this.transaction, bind: [leadIds] });
  }

  /**
   * Scores all these leads. Calls `onReached` with the number of saved scores after each step; an exception
   * of it stops the work.
   */
  async recalculate(onReached: (count: number) => void): Promise<AffectedScores> {
    await this.sequelize.query(ANALYZE_AFFECTED_LEADS, { transaction: this.transaction });
    const asOf = await readClock(this.sequelize, this.transaction);
    const { savedCount, failedCount, failures } = await recalculateLeads(this.sequelize, this.transaction, {
      asOf,
      ids: AFFECTED_LEADS,
      totalCount: await countLeadsOf(this.sequelize, this.transaction, AFFECTED_LEADS),
      onProgress: ({ savedCount }) => {
        onReached(savedCount);
      },
    });
    return { count: savedCount, failedCount, failures };
  }
}
