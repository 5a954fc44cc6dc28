import { RULES_IN_FORCE, scoreNumberAt } from './score.sql.js';

const NOW = `date_trunc('milliseconds', statement_timestamp())`;

/** Whether a score may be wrong at an instant, so that it must be calculated to be sure. */
const isUncertain = (lead: string, at: string): string => `(
      coalesce(${lead}."scoreValidUntil", '-infinity') <= ${at}
      OR ${lead}."scoreParameters" IS NOT NULL
      OR ${lead}."rulesVersion" <> ${RULES_IN_FORCE.version}
      OR ${lead}."activityScore" IS DISTINCT FROM
        ${lead}."recencyPoints" + ${lead}."engagementPoints" + ${lead}."budgetPoints" + ${lead}."statusPoints"
          + ${lead}."fitPoints"
    )`;

/**
 * Whether a recalculation would change the score now. True if there is no score, or if it is dated in the
 * future.
 * @param lead the name of the row of `leads`
 */
export const isStale = (lead: string): string => `(
    ${lead}."scoreCalculatedAt" IS NULL
    OR ${lead}."scoreCalculatedAt" > statement_timestamp() + interval '1 second'
    OR (${isUncertain(lead, 'statement_timestamp()')}
      AND ${lead}."activityScore" IS DISTINCT FROM ${scoreNumberAt(lead, NOW, RULES_IN_FORCE)})
  )`;

/** Selects leads whose score may be stale. All stale scores are among them. */
const SELECT_MAYBE_STALE = `
  SELECT "leadId" FROM lead_scores WHERE "refreshAt" <= statement_timestamp()
  UNION SELECT leads_scored_wrongly()`;

/** Whether the score of a lead is stale, for finding such leads through indexes. */
export const isFoundStale = (lead: string): string =>
  `(${lead}.id IN (${SELECT_MAYBE_STALE}) AND ${isStale(lead)})`;

/**
 * Schedules a refresh of scores that are dated in the future, because their `refreshAt` is also too late, and of
 * scores of other rules.
 */
export const REFRESH_WRONG_SCORES = `
  UPDATE lead_scores SET "refreshAt" = '-infinity'
  WHERE "leadId" IN (
    SELECT "leadId" FROM lead_scores
    WHERE "refreshAt" > '-infinity' AND "leadId" IN (SELECT leads_scored_wrongly())
    FOR UPDATE SKIP LOCKED
  )`;

/**
 * Notes that no more scores of the previous rules can appear: all transactions that may have read them have ended, and
 * every lead is scored with the rules in force. Ids from the future come from a restored database.
 */
export const SETTLE_RULES = `
  UPDATE scoring_rules
  SET "settlesAfter" = coalesce("settlesAfter", pg_snapshot_xmax(pg_current_snapshot())),
    "isSettled" = (
      coalesce("settlesAfter", pg_snapshot_xmax(pg_current_snapshot())) <= pg_snapshot_xmin(pg_current_snapshot())
      OR "settlesAfter" > pg_snapshot_xmax(pg_current_snapshot())
    ) IS TRUE AND NOT EXISTS (
      SELECT FROM leads WHERE "rulesVersion" <> scoring_rules.version AND "scoreCalculatedAt" IS NOT NULL
    )
  WHERE id = (SELECT id FROM scoring_rules_in_force() WHERE NOT "isSettled")`;

/** The table that `selectStaleLeads` creates. */
export const STALE_LEADS = 'pg_temp.stale_leads';

/**
 * Stores the ids of leads with a stale score in a temporary table until the transaction ends. Utility
 * statements accept no bind parameters, so the number is a literal.
 * @param maxAgeHours older scores also count as stale; null: no maximum age
 */
export const selectStaleLeads = (maxAgeHours: number | null): string => `
  CREATE TEMP TABLE stale_leads ON COMMIT DROP AS
  SELECT id FROM leads WHERE ${isFoundStale('leads')}
  ${
    maxAgeHours === null
      ? ''
      : `UNION SELECT id FROM leads WHERE "scoreCalculatedAt" < statement_timestamp() - ${maxAgeHours}::float8 * interval '1 hour'`
  };
  ALTER TABLE ${STALE_LEADS} ADD PRIMARY KEY (id);
  ANALYZE ${STALE_LEADS}`;

/** $1: lead ids. Returns those whose score is stale. */
export const READ_STALE = `
  SELECT id FROM leads WHERE id = ANY($1::int[]) AND ${isStale('leads')}`;
