import { QueryTypes, type Sequelize, type Transaction } from 'sequelize';
import { RENEW_STATE } from './score.sql.js';
import { selectIds } from '../../database/read-rows.js';

/**
 * Reads the clock of PostgreSQL, which all servers share. It is truncated to milliseconds, the precision of a
 * JavaScript Date, so that the stored value results in the same score.
 */
const READ_CLOCK = `SELECT date_trunc('milliseconds', clock_timestamp()) AS "asOf"`;

/** $1: the id of a lead. */
const SCORE_LEAD = `${RENEW_STATE} WHERE id = $1 RETURNING id`;

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
