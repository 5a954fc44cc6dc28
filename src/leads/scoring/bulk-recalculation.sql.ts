import { ADVISORY_LOCKS } from '../../database/advisory-locks.js';
import { lookUp } from '../../database/index-look-up.sql.js';
import {
  isDue,
  needsNewState,
  RENEW_STATE,
  type RulesInSql,
  SCORE_COLUMNS,
  selectScore,
  setScores,
  statesDiffer,
} from './score.sql.js';

/** Leads with an id above `afterId` and up to `upToId`. If `ids` is given, only leads with these ids. */
export interface LeadRange {
  readonly afterId: number;
  readonly upToId: number;
  readonly ids?: readonly number[];
}

/** The delay before the refresher retries a lead that the database has rejected. */
const REJECTED_RETRY_SECONDS = 3600;

const columnsOf = (row: string): string =>
  SCORE_COLUMNS.filter((column) => column !== 'scoreValidUntil')
    .map((column) => `${row}."${column}"`)
    .join(', ');

/**
 * $1: the instant. The triggers maintain contact states as of this instant, and do not update scores, which
 * this transaction does.
 */
export const SET_AS_OF = `SELECT set_config('lead_scoring.as_of', $1, true)`;

/** Lets the triggers score leads again. */
export const RESET_AS_OF = `SELECT set_config('lead_scoring.as_of', '', true)`;

/**
 * Makes PostgreSQL read ranges of leads through the primary key, even if it estimates the tables to be small.
 * JIT compilation of a batch takes longer than it saves. Cached plans of triggers are discarded: the session
 * may have made them while a table was small.
 */
export const PREPARE_PLANNER = 'SET LOCAL enable_seqscan = off; SET LOCAL jit = off; DISCARD PLANS';

/**
 * For a statement that joins ranges of two tables. Without nested loops PostgreSQL reads both once, however
 * few rows it expects.
 */
const joinRanges = (sql: string): string =>
  `SET LOCAL enable_nestloop = off; ${sql}; SET LOCAL enable_nestloop TO DEFAULT`;

/**
 * Waits for transactions that alter the table. At this point no other transaction waits for this one yet.
 * Later, every lock timeout is attributed to a lead that another transaction has locked.
 */
export const LOCK_TABLE = 'LOCK TABLE leads IN ROW EXCLUSIVE MODE';

/**
 * $1: the timeout, such as 200ms. Limits lock waits, so that other transactions do not wait long for this
 * one.
 */
export const LIMIT_LOCK_WAIT = `SELECT set_config('lock_timeout', $1, true)`;

/** Resets the lock timeout to its default. */
export const USUAL_LOCK_WAIT = 'SET LOCAL lock_timeout TO DEFAULT';

/**
 * Checks deferred constraints now instead of at the commit, because an error can then be attributed to a
 * lead.
 */
export const CHECK_CONSTRAINTS = 'SET CONSTRAINTS ALL IMMEDIATE';

/** @param ids a table with the ids of the leads in a column `id` */
export const countLeads = (ids: string): string => `SELECT count(*)::int AS count FROM ${ids}`;

/** $1: the id to start after, $2: the page size. Returns one row, of nulls if there are no more leads. */
export const readPage = (ids: string): string => `
  SELECT min(id) - 1 AS "afterId", max(id) AS "upToId", count(*)::int AS count
  FROM (SELECT id FROM ${ids} WHERE id > $1 ORDER BY id LIMIT $2) AS page`;

/**
 * Returns the statements that recalculate a range of leads at one instant. Numbers and rules are literals, so
 * that PostgreSQL plans for their values.
 */
export function rangeStatements(
  { afterId, upToId, ids }: LeadRange,
  table: string | null,
  asOf: Date,
  rules: RulesInSql,
) {
  const at = `'${asOf.toISOString()}'::timestamptz`;
  const within = (column: string): string =>
    [
      `${column} > ${afterId} AND ${column} <= ${upToId}`,
      ...(ids === undefined ? [] : [`${column} = ANY ('{${ids.join(',')}}'::int[])`]),
      ...(table === null
        ? []
        : [`${column} IN (SELECT id FROM ${table} WHERE id > ${afterId} AND id <= ${upToId})`]),
    ].join(' AND ');
  const due = `${within('leads.id')} AND ${isDue('leads', at)}`;
  return {
    /**
     * Updates leads whose contact state does not match the instant, such as leads whose planned interaction
     * is now in the past.
     */
    renewStates: `${RENEW_STATE} WHERE ${due} AND ${needsNewState('leads', at, rules)}`,
    readDifferences: readDifferences(within('leads.id'), at, rules),
    /** Updates leads whose contact state matches the instant. */
    setScores: `${setScores(at, rules)} WHERE ${due} AND NOT ${needsNewState('leads', at, rules)}`,
    updateLeadScores:
      table === null && ids === undefined
        ? joinRanges(
            updateChangedLeadScores(
              at,
              `lead_scores."leadId" = leads.id AND ${within('lead_scores."leadId"')} AND ${within('leads.id')}`,
            ),
          )
        : updateLeadScores(at, `${lookUp('lead_scores."leadId"', 'leads.id')} AND ${within('leads.id')}`),
    /** Reads leads that have not been scored, although they should be. */
    readDue: `SELECT id FROM leads WHERE ${due} ORDER BY id`,
    /** Locks those of them that no other transaction has locked. */
    lockDue: `SELECT id FROM leads WHERE ${due} ORDER BY id FOR NO KEY UPDATE SKIP LOCKED`,
  };
}

const updateLeadScores = (at: string, condition: string): string => `
  UPDATE lead_scores
  SET score = leads."activityScore", "validFrom" = ${at}, "refreshAt" = coalesce(leads."scoreValidUntil", '-infinity'),
    "retryAt" = NULL
  FROM leads
  WHERE ${condition} AND leads."scoreCalculatedAt" = ${at}`;

/**
 * Updates `lead_scores` only if the score has changed, a retry is pending, or `validFrom` or `refreshAt` does
 * not include the instant or the score is valid for less time. Otherwise the row is right as it is.
 */
const updateChangedLeadScores = (at: string, condition: string): string => `
  ${updateLeadScores(at, condition)}
    AND (lead_scores.score IS DISTINCT FROM leads."activityScore" OR lead_scores."refreshAt" <= ${at}
      OR lead_scores."refreshAt" > leads."scoreValidUntil" OR lead_scores."validFrom" > ${at}
      OR lead_scores."retryAt" IS NOT NULL)`;

/**
 * Finds leads whose stored values differ from their interactions, and the first part that is wrong:
 * - `state`: the contact state does not match the interactions;
 * - `score`: the score or its points do not match the budget, the status and the contact state;
 * - `listing`: the row of `lead_scores` is missing or does not match the lead.
 *
 * A contact state is compared as of an instant for which it is valid: before its next planned interaction. A
 * score whose date does not match the contact state is wrong, unless the database has rejected a newer one. An
 * unknown state is not a difference, nor is a score of another formula or of other rules.
 */
const readDifferences = (condition: string, at: string, rules: RulesInSql): string => `
  SELECT id, CASE WHEN "isState" THEN 'state' WHEN "isScore" THEN 'score' ELSE 'listing' END AS part
  FROM (
    SELECT leads.id, ${statesDiffer('leads', 'state')} AS "isState",
      leads."scoreParameters" IS NULL AND CASE
        WHEN leads."scoreCalculatedAt" IS NULL THEN leads."activityScore" IS NOT NULL
        WHEN leads."rulesVersion" <> ${rules.version} THEN false
        WHEN ${needsNewState('leads', 'leads."scoreCalculatedAt"', rules)} THEN lead_scores."retryAt" IS NULL
        ELSE NOT EXISTS (
          SELECT FROM (${selectScore('leads', 'leads."scoreCalculatedAt"', rules)}) AS score
          WHERE (${columnsOf('score')}) IS NOT DISTINCT FROM (${columnsOf('leads')})
        )
      END AS "isScore",
      lead_scores.score IS DISTINCT FROM leads."activityScore"
        OR lead_scores."isOpen" IS DISTINCT FROM is_open_status(leads.status)
        OR lead_scores."retryAt" > clock_timestamp() + interval '${REJECTED_RETRY_SECONDS} s'
        OR (leads."scoreParameters" IS NULL
          AND lead_scores."refreshAt" > coalesce(leads."scoreValidUntil", '-infinity')) AS "isListing"
    FROM leads
    LEFT JOIN lead_scores ON ${lookUp('lead_scores."leadId"', 'leads.id')}
    CROSS JOIN LATERAL contact_state_of(leads.id, CASE
      WHEN leads."nextInteractionAt" <= ${at} THEN leads."nextInteractionAt" - interval '1 microsecond'
      ELSE greatest(leads."lastInteractionAt", ${at})
    END, leads."weightHalfLifeDays") AS state
    WHERE ${condition} AND leads."nextInteractionAt" IS DISTINCT FROM '-infinity'
  ) AS compared
  WHERE "isState" OR "isScore" OR "isListing"
  ORDER BY id`;

/** Removes rows of `lead_scores` whose lead does not exist. Returns the ids of these leads. */
export const REMOVE_ORPHANS = `
  DELETE FROM lead_scores WHERE NOT EXISTS (SELECT FROM leads WHERE leads.id = "leadId") RETURNING "leadId" AS id`;

/** $1: lead ids. Makes their rows of `lead_scores` match the leads again, and due for the recalculation. */
export const REPAIR_LISTINGS = `
  INSERT INTO lead_scores ("leadId", score, "isOpen", "refreshAt")
  SELECT id, "activityScore", is_open_status(status), '-infinity'
  FROM (SELECT * FROM leads WHERE id = ANY($1::int[]) ORDER BY id FOR NO KEY UPDATE) AS lead
  ON CONFLICT ("leadId") DO UPDATE
  SET score = excluded.score, "isOpen" = excluded."isOpen", "refreshAt" = excluded."refreshAt"`;

/**
 * $1: an instant, $2: a limit. Locks leads whose scores may be wrong at this instant, the longest overdue
 * first. Skips leads that another transaction has locked, and leads that the database has recently rejected,
 * unless the clock was set back since.
 * Returns no leads while a recalculation or an import runs, because it updates the scores itself.
 */
export const LOCK_TO_REFRESH = `
  SELECT leads.id FROM lead_scores JOIN leads ON leads.id = lead_scores."leadId"
  WHERE "refreshAt" <= $1
    AND ("retryAt" > $1 AND "retryAt" <= clock_timestamp() + interval '${REJECTED_RETRY_SECONDS} s') IS NOT TRUE
    AND NOT EXISTS (
    SELECT FROM pg_locks
    WHERE locktype = 'advisory' AND classid = 0 AND objid = ${ADVISORY_LOCKS.bulkScoring} AND objsubid = 1 AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  )
  ORDER BY "refreshAt", "leadId" LIMIT $2
  FOR NO KEY UPDATE OF leads SKIP LOCKED`;

/** $1: the id of a lead that the database has rejected. */
export const POSTPONE_REFRESH = `
  UPDATE lead_scores SET "retryAt" = clock_timestamp() + interval '${REJECTED_RETRY_SECONDS} s' WHERE "leadId" = $1`;

/** $1: lead ids. */
export const RENEW_STATES = `${RENEW_STATE} WHERE id = ANY($1::int[])`;

/** $1: lead ids. Returns those that exist. */
export const READ_EXISTING = 'SELECT id FROM leads WHERE id = ANY($1::int[]) ORDER BY id';
