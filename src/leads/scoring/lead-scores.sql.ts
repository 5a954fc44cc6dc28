import { RENEW_STATE } from './score.sql.js';

/**
 * The clock that scores are measured by: PostgreSQL's, which all servers share. Whole milliseconds, which is what a
 * JavaScript date holds: the score must be the same from the value that is stored.
 */
export const READ_CLOCK = `SELECT date_trunc('milliseconds', clock_timestamp()) AS "asOf"`;

/** $1: the id of a lead. */
export const SCORE_LEAD = `${RENEW_STATE} WHERE id = $1 RETURNING id`;
