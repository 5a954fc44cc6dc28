import { lookUp } from '../../database/index-look-up.sql.js';
import { PARAMETERS_FINGERPRINT } from './parameters-fingerprint.js';

/**
 * Whether the score of a lead no longer is what a recalculation would make it: it was never
 * calculated; it is older than the given age; what it rests on has changed since; an interaction that was planned
 * has taken place since; it was made by other parameters, or by a program that does not explain it.
 *
 * @param maxAgeHours an expression for the age from which a score counts as old, in hours
 * @param lead how the row of `leads` is called
 */
export const isStale = (maxAgeHours: string, lead = 'lead'): string => `(
    ${lead}."scoreCalculatedAt" IS NULL
    OR ${lead}."scoreParameters" IS DISTINCT FROM ${PARAMETERS_FINGERPRINT}
    OR ${lead}."scoreInputsChangedAt" > ${lead}."scoreCalculatedAt"
    OR ${lead}."scoreCalculatedAt" < clock_timestamp() - ${maxAgeHours} * interval '1 hour'
    OR ${lead}."activityScore" IS DISTINCT FROM
      ${lead}."recencyPoints" + ${lead}."engagementPoints" + ${lead}."budgetPoints" + ${lead}."statusPoints"
    OR EXISTS (
      SELECT FROM interactions
      WHERE ${lookUp('"leadId"', `${lead}.id`)} AND date > ${lead}."scoreCalculatedAt" AND date <= clock_timestamp()
    )
  )`;

/** The table that `selectStaleLeads` makes. */
export const STALE_LEADS = 'pg_temp.stale_leads';

/** Keeps the ids of leads with a stale score until the transaction ends. Such a statement takes no parameters. */
export const selectStaleLeads = (maxAgeHours: number): string => `
  CREATE TEMP TABLE stale_leads ON COMMIT DROP AS
  SELECT lead.id FROM leads AS lead WHERE ${isStale(`${maxAgeHours}::float8`)};
  ALTER TABLE ${STALE_LEADS} ADD PRIMARY KEY (id);
  ANALYZE ${STALE_LEADS}`;

/** $1: lead ids, $2: the age from which a score counts as old, in hours. Those whose score is stale. */
export const READ_STALE = `
  SELECT lead.id FROM leads AS lead WHERE lead.id = ANY($1::int[]) AND ${isStale('$2::float8')}`;
