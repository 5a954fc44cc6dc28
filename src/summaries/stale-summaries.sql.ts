import { lookUp } from '../database/index-look-up.sql.js';
import { HASH_OF_LEAD } from './summary-facts.sql.js';

/** Failures that would most likely recur for the same facts, at the same cost. */
const FINAL_OUTCOMES = ['SUMMARY_INVALID_OUTPUT', 'SUMMARY_TRUNCATED', 'SUMMARY_MODERATED'];

/**
 * The condition, on `leads` and `lead_summaries`, that the summary matches the current facts. The facts are
 * read only after a change, or after the date of a planned interaction. That takes about 0.6 ms a lead.
 */
export const IS_OF_SAME_FACTS = `
  (NOT lead_summaries."mayBeStale" AND coalesce(lead_summaries."sameUntil" > now(), true))
  OR lead_summaries."inputHash" = ${HASH_OF_LEAD}`;

/**
 * The condition, on `leads`, that a summary must be written: it is missing or stale, and its generation has
 * not failed for the same facts before.
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
