import { RENEW_STATE } from './score.sql.js';

/**
 * Reads the clock of PostgreSQL, which all servers share. It is truncated to milliseconds, the precision of a
 * JavaScript Date, so that the stored value results in the same score.
 */
export const READ_CLOCK = `SELECT date_trunc('milliseconds', clock_timestamp()) AS "asOf"`;

/** $1: the id of a lead. */
export const SCORE_LEAD = `${RENEW_STATE} WHERE id = $1 RETURNING id`;
