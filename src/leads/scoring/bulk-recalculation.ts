import { QueryTypes, type Sequelize, type Transaction } from 'sequelize';
import { ADVISORY_LOCKS } from '../../database/advisory-locks.js';
import { refusalReason } from '../../database/database-errors.js';
import { TransactionLostError, withSavepoint } from '../../database/transactions.js';
import { readClock, scoreLeads } from './lead-scores.js';

/** Leads that are read, scored and written together: what is in memory at any time. */
const BATCH_SIZE = 1000;

/** The lowest integer: ids of an adopted database need not be positive. */
const BEFORE_ALL_IDS = -2_147_483_648;

/** Failures that are named; all of them are counted. */
export const MAX_NAMED_FAILURES = 100;

export interface RecalculationFailure {
  readonly leadId: number;
  /** For people; without SQL. */
  readonly reason: string;
}

export interface RecalculationResult {
  /** The instant at which all scores were measured. */
  readonly asOf: Date;
  /** Leads whose score was saved. */
  readonly count: number;
  readonly failedCount: number;
  /** The first `MAX_NAMED_FAILURES`. */
  readonly failures: readonly RecalculationFailure[];
}

/**
 * Gives the ids of a bulk recalculation's leads in ascending order, `limit` at most, from after the given one.
 */
export type LeadIdSource = (afterId: number, limit: number, transaction: Transaction) => Promise<number[]>;

export function allLeads(sequelize: Sequelize): LeadIdSource {
  return async (afterId, limit, transaction) => {
    const rows = await sequelize.query<{ id: number }>(
      'SELECT id FROM leads WHERE id > $1 ORDER BY id LIMIT $2',
      { type: QueryTypes.SELECT, transaction, bind: [afterId, limit] },
    );
    return rows.map(({ id }) => id);
  };
}

/** Waits until no other transaction scores many leads, and keeps others waiting until this one ends. */
export async function lockBulkScoring(sequelize: Sequelize, transaction: Transaction): Promise<void> {
  await sequelize.query('SELECT pg_advisory_xact_lock($1)', {
    transaction,
    bind: [ADVISORY_LOCKS.bulkScoring],
  });
}

/**
 * Recalculates many leads at one `asOf` within the caller's transaction. Waits for another bulk recalculation
 * to end. A lead that the database refuses is named and left as it was; leads that have a fresher score by
 * now keep it and are counted neither way.
 * @throws TransactionLostError where the transaction cannot go on
 */
export async function recalculateLeads(
  sequelize: Sequelize,
  transaction: Transaction,
  source: LeadIdSource,
): Promise<RecalculationResult> {
  await lockBulkScoring(sequelize, transaction);
  const recalculation = new BulkRecalculation(
    sequelize,
    transaction,
    await readClock(sequelize, transaction),
  );
  let afterId = BEFORE_ALL_IDS;
  for (;;) {
    const leadIds = await source(afterId, BATCH_SIZE, transaction);
    const lastId = leadIds.at(-1);
    if (lastId === undefined) return recalculation.result();
    await recalculation.scoreBatch(leadIds);
    afterId = lastId;
  }
}

class BulkRecalculation {
  private count = 0;
  private failedCount = 0;
  private readonly failures: RecalculationFailure[] = [];

  constructor(
    private readonly sequelize: Sequelize,
    private readonly transaction: Transaction,
    private readonly asOf: Date,
  ) {}

  /** A batch that fails is halved until the leads at fault stand alone. */
  async scoreBatch(leadIds: readonly number[]): Promise<void> {
    try {
      const { saved, passedOver } = await withSavepoint(this.sequelize, this.transaction, () =>
        scoreLeads(this.sequelize, this.transaction, leadIds, this.asOf),
      );
      this.count += saved.length;
      for (const leadId of passedOver) this.fail(leadId, 'The database passed over the row.');
    } catch (error) {
      if (error instanceof TransactionLostError) throw error;
      await this.halve(leadIds, error);
    }
  }

  result(): RecalculationResult {
    return { asOf: this.asOf, count: this.count, failedCount: this.failedCount, failures: this.failures };
  }

  private async halve(leadIds: readonly number[], error: unknown): Promise<void> {
    const [leadId] = leadIds;
    if (leadIds.length === 1 && leadId !== undefined) {
      this.fail(leadId, refusalReason(error));
      return;
    }
    const middle = Math.ceil(leadIds.length / 2);
    await this.scoreBatch(leadIds.slice(0, middle));
    await this.scoreBatch(leadIds.slice(middle));
  }

  private fail(leadId: number, reason: string): void {
    this.failedCount += 1;
    if (this.failures.length < MAX_NAMED_FAILURES) this.failures.push({ leadId, reason });
  }
}
