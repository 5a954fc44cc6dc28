import { lookUp } from '../../database/index-look-up.sql.js';
import { HASH_OF_LEAD } from './summary-facts.sql.js';

/** Failures that the same facts would most likely end in again, at the same price. */
const FINAL_OUTCOMES = ['SUMMARY_INVALID_OUTPUT', 'SUMMARY_TRUNCATED', 'SUMMARY_MODERATED'];

/**
 * The condition, on `leads` and `lead_summaries`, that the summary is of the facts as they are. The facts themselves are
 * read where something has changed since, or time has come for it: some 0.6 ms a lead, and the rest costs nothing.
 */
export const IS_OF_SAME_FACTS = `
  (NOT lead_summaries."mayBeStale" AND coalesce(lead_summaries."sameUntil" > now(), true))
  OR lead_summaries."inputHash" = ${HASH_OF_LEAD}`;

/**
 * The condition, on `leads`, that a summary is to be written: there is none, or it is stale; and it has not failed
 * on the very same facts before.
 * @param version SQL of the version of the writer
 */
export const needsSummary = (version: string): string => `
  NOT EXISTS (
    SELECT FROM lead_summaries
    WHERE lead_summaries."leadId" = leads.id AND lead_summaries."generatedAt" = leads."summaryGeneratedAt"
      AND lead_summaries."writerVersion" = ${version} AND (${IS_OF_SAME_FACTS})
  )
  AND NOT EXISTS (
    SELECT FROM (
      SELECT outcome, "inputHash", "writerVersion" FROM summary_generations
      WHERE ${lookUp('summary_generations."leadId"', 'leads.id')}
      ORDER BY summary_generations.id DESC LIMIT 1
    ) AS latest
    WHERE latest.outcome IN (${FINAL_OUTCOMES.map((outcome) => `'${outcome}'`).join(', ')})
      AND latest."writerVersion" = ${version} AND latest."inputHash" = ${HASH_OF_LEAD}
  )`;
