import type { Sequelize, Transaction } from 'sequelize';
import { countLeadsOf, deferScores, recalculateLeads } from '../leads/scoring/bulk-recalculation.js';
import { readClock } from '../leads/scoring/lead-scores.js';
import { type RecalculationFailure } from '../leads/scoring/recalculation-counter.js';
import {
  ADD_TOUCHED_LEADS,
  ANALYZE_TOUCHED_LEADS,
  CREATE_TOUCHED_LEADS,
  TOUCHED_LEADS,
} from './csv-import.sql.js';

interface TouchedScores {
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
    await sequelize.query(CREATE_TOUCHED_LEADS, { transaction });
    await deferScores(sequelize, transaction);
    return new AffectedLeads(sequelize, transaction);
  }

  async add(leadIds: readonly number[]): Promise<void> {
    if (leadIds.length === 0) return;
    await this.sequelize.query(ADD_TOUCHED_LEADS, { transaction: this.transaction, bind: [leadIds] });
  }

  /**
   * Scores all these leads. Calls `onReached` with the number of saved scores after each step; an exception
   * of it stops the work.
   */
  async recalculate(onReached: (count: number) => void): Promise<TouchedScores> {
    await this.sequelize.query(ANALYZE_TOUCHED_LEADS, { transaction: this.transaction });
    const asOf = await readClock(this.sequelize, this.transaction);
    const { savedCount, failedCount, failures } = await recalculateLeads(this.sequelize, this.transaction, {
      asOf,
      ids: TOUCHED_LEADS,
      totalCount: await countLeadsOf(this.sequelize, this.transaction, TOUCHED_LEADS),
      onProgress: ({ savedCount }) => {
        onReached(savedCount);
      },
    });
    return { count: savedCount, failedCount, failures };
  }
}
