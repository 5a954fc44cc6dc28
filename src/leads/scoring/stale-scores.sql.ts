import { scoreNumberAt } from './score.sql.js';

const NOW = `date_trunc('milliseconds', statement_timestamp())`;

/** Whether the number of a score is not known to be right at an instant without calculating it. */
const isUncertain = (lead: string, at: string): string => `(
      coalesce(${lead}."scoreValidUntil", '-infinity') <= ${at}
      OR ${lead}."scoreParameters" IS NOT NULL
      OR ${lead}."activityScore" IS DISTINCT FROM
        ${lead}."recencyPoints" + ${lead}."engagementPoints" + ${lead}."budgetPoints" + ${lead}."statusPoints"
    )`;

/**
 * Whether a recalculation now would store another number. True if there is no score, or if it is dated in the future.
 * @param lead the name of the row of `leads`
 */
export const isStale = (lead: string): string => `(
    ${lead}."scoreCalculatedAt" IS NULL
    OR ${lead}."scoreCalculatedAt" > statement_timestamp() + interval '1 second'
    OR (${isUncertain(lead, 'statement_timestamp()')}
      AND ${lead}."activityScore" IS DISTINCT FROM ${scoreNumberAt(lead, NOW)})
  )`;

/** The table that `selectStaleLeads` makes. */
export const STALE_LEADS = 'pg_temp.stale_leads';

/**
 * Keeps the ids of leads with a stale score until the transaction ends. Such a statement takes no parameters.
 * @param maxAgeHours scores that are older are stale as well; null: however old
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

/** $1: lead ids. Those whose score is stale. */
export const READ_STALE = `
  SELECT id FROM leads WHERE id = ANY($1::int[]) AND ${isStale('leads')}`;
