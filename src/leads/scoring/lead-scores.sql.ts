import { contactOfEach, scoresOf, SET_SCORE } from './score.sql.js';

/**
 * The instant that a score is measured at, from the clock that all replicas share. Whole milliseconds, which
 * is what a JavaScript date holds: the score must be the same from the value that is stored.
 */
export const READ_CLOCK = `SELECT date_trunc('milliseconds', clock_timestamp()) AS "asOf"`;

/**
 * $1: lead ids, $2: an instant. Locks the leads, in one order for all. FOR NO KEY UPDATE lets others insert
 * interactions that refer to them meanwhile: those rescore the lead after us.
 */
export const LOCK_LEADS = `
  SELECT id, coalesce("scoreCalculatedAt" > $2, false) AS "isFresher"
  FROM leads
  WHERE id = ANY($1::int[])
  ORDER BY id
  FOR NO KEY UPDATE`;

/** $1: the id of a lead. */
export const LOCK_LEAD = 'SELECT id FROM leads WHERE id = $1 FOR NO KEY UPDATE';

/**
 * $1: the id of a lead that is locked. Now; or, where the clock stands before the time of the old score or of the
 * latest change, that time, so that neither is later than the score that comes after it.
 */
export const READ_CLOCK_FOR_LEAD = `
  SELECT greatest(date_trunc('milliseconds', clock_timestamp()), "scoreCalculatedAt", "scoreInputsChangedAt") AS "asOf"
  FROM leads WHERE id = $1`;

/**
 * $1: lead ids, $2: the instant. Calculates and saves in one statement, which sees all interactions that were
 * committed until now: the leads must have been locked by a statement before it.
 */
export const SCORE_LOCKED_LEADS = `
  UPDATE leads AS lead ${SET_SCORE}
  FROM (${scoresOf({ contact: contactOfEach('$2::timestamptz'), condition: 'lead.id = ANY($1::int[])' }, '$2::timestamptz')}
  ) AS fresh
  WHERE lead.id = fresh.id
  RETURNING lead.id`;
