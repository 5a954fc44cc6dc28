import { scoreNumberAt } from './score.sql.js';

const NOW = `date_trunc('milliseconds', statement_timestamp())`;

/** Whether a score may be wrong at an instant, so that it must be calculated to be sure. */
const isUncertain = (lead: string, at: string): string => `(
      coalesce(${lead}."scoreValidUntil", '-infinity') <= ${at}
      OR ${lead}."scoreParameters" IS NOT NULL
      OR ${lead}."activityScore" IS DISTINCT FROM
        ${lead}."recencyPoints" + ${lead}."engagementPoints" + ${lead}."budgetPoints" + ${lead}."statusPoints"
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
      AND ${lead}."activityScore" IS DISTINCT FROM ${scoreNumberAt(lead, NOW)})
  )`;

/** The table that `selectStaleLeads` creates. */
export const STALE_LEADS = 'pg_temp.stale_leads';

/**
 * Stores the ids of leads with a stale score in a temporary table until the transaction ends. Utility
 * statements accept no bind parameters, so the number is a literal.
 * @param maxAgeHours older scores also count as stale; null: no maximum age
 */
export const selectStaleLeads = (maxAgeHours: number | null): string => `
  CREATE TEMP TABLE stale_leads ON COMMIT DROP AS
  SELECT leads.id FROM leads JOIN lead_scores ON lead_scores."leadId" = leads.id
  WHERE lead_scores."refreshAt" <= statement_timestamp() AND ${isStale('leads')}
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
