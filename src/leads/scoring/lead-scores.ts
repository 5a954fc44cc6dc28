import { QueryTypes, type Sequelize, type Transaction } from 'sequelize';
import { selectIds } from '../../database/select-ids.js';
import {
  LOCK_LEAD,
  LOCK_LEADS,
  READ_CLOCK,
  READ_CLOCK_FOR_LEAD,
  SCORE_LOCKED_LEADS,
} from './lead-scores.sql.js';

export interface SavedScores {
  /** How many leads' scores were saved. */
  readonly savedCount: number;
  /** Leads that the database passed over without an error, as a trigger can make it do. */
  readonly passedOver: readonly number[];
}

/** The database's clock, in whole milliseconds. */
export function readClock(sequelize: Sequelize, transaction: Transaction): Promise<Date> {
  return readInstant(sequelize, transaction, READ_CLOCK);
}

/**
 * Scores leads at one instant and saves the scores. Leads that do not exist, or whose score is fresher than
 * `asOf`, are left alone. The leads stay locked until the transaction ends, so no interaction that is committed by
 * then is missing from a score.
 */
export async function scoreLeads(
  sequelize: Sequelize,
  transaction: Transaction,
  leadIds: readonly number[],
  asOf: Date,
): Promise<SavedScores> {
  const locked = await sequelize.query<{ id: number; isFresher: boolean }>(LOCK_LEADS, {
    type: QueryTypes.SELECT,
    transaction,
    bind: [leadIds, asOf],
  });
  const due = locked.filter(({ isFresher }) => !isFresher).map(({ id }) => id);
  const saved = new Set(await scoreLockedLeads(sequelize, transaction, due, asOf));
  return { savedCount: saved.size, passedOver: due.filter((id) => !saved.has(id)) };
}

/**
 * Scores one lead now, whatever its score is: the caller has just changed what the score rests on.
 * @returns whether the lead exists
 */
export async function scoreLeadNow(
  sequelize: Sequelize,
  transaction: Transaction,
  leadId: number,
): Promise<boolean> {
  const locked = await selectIds(sequelize, transaction, LOCK_LEAD, [leadId]);
  if (locked.length === 0) return false;
  const asOf = await readInstant(sequelize, transaction, READ_CLOCK_FOR_LEAD, [leadId]);
  await scoreLockedLeads(sequelize, transaction, [leadId], asOf);
  return true;
}

async function readInstant(
  sequelize: Sequelize,
  transaction: Transaction,
  sql: string,
  bind: unknown[] = [],
): Promise<Date> {
  const [row] = await sequelize.query<{ asOf: Date }>(sql, { type: QueryTypes.SELECT, transaction, bind });
  if (row === undefined) throw new Error('The database told no time.');
  return row.asOf;
}

/** @returns the ids of the leads whose score was saved */
function scoreLockedLeads(
  sequelize: Sequelize,
  transaction: Transaction,
  leadIds: readonly number[],
  asOf: Date,
): Promise<number[]> {
  if (leadIds.length === 0) return Promise.resolve([]);
  return selectIds(sequelize, transaction, SCORE_LOCKED_LEADS, [leadIds, asOf]);
}
