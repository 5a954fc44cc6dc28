import { QueryTypes, type Sequelize, type Transaction } from 'sequelize';
import { selectIds } from '../../database/select-ids.js';
import { READ_CLOCK, SCORE_LEAD } from './lead-scores.sql.js';

/** Returns the time of the database, in whole milliseconds. */
export async function readClock(sequelize: Sequelize, transaction: Transaction): Promise<Date> {
  const [row] = await sequelize.query<{ asOf: Date }>(READ_CLOCK, { type: QueryTypes.SELECT, transaction });
  if (row === undefined) throw new Error('READ_CLOCK returned no row');
  return row.asOf;
}

/**
 * Reads the contact state of a lead again and scores the lead as of now. The lead stays locked until the
 * transaction ends.
 * @returns whether the lead exists
 */
export async function scoreLead(
  sequelize: Sequelize,
  transaction: Transaction,
  leadId: number,
): Promise<boolean> {
  const scored = await selectIds(sequelize, transaction, SCORE_LEAD, [leadId]);
  return scored.length > 0;
}
