import { FACTS_OF_LEADS, HASH_OF_FACTS } from './summary-facts.sql.js';

/** Failures that the same facts would most likely end in again, at the same price. */
const FINAL_OUTCOMES = ['SUMMARY_INVALID_OUTPUT', 'SUMMARY_TRUNCATED', 'SUMMARY_MODERATED'];

/** Looked at last, since it reads all that is known of the lead. */
const HASH_OF_LEAD = `(SELECT ${HASH_OF_FACTS} FROM ${FACTS_OF_LEADS})`;

/**
 * The condition, on `leads`, that a summary is to be written: there is none, or it is stale; and it has not failed
 * on the very same facts before.
 * @param version SQL of the version of the writer
 */
export const needsSummary = (version: string): string => `
  NOT EXISTS (
    SELECT FROM lead_summaries
    WHERE lead_summaries."leadId" = leads.id AND lead_summaries."generatedAt" = leads."summaryGeneratedAt"
      AND lead_summaries."writerVersion" = ${version} AND lead_summaries."inputHash" = ${HASH_OF_LEAD}
  )
  AND NOT EXISTS (
    SELECT FROM (
      SELECT outcome, "inputHash", "writerVersion" FROM summary_generations
      WHERE summary_generations."leadId" = leads.id
      ORDER BY summary_generations.id DESC LIMIT 1
    ) AS latest
    WHERE latest.outcome IN (${FINAL_OUTCOMES.map((outcome) => `'${outcome}'`).join(', ')})
      AND latest."writerVersion" = ${version} AND latest."inputHash" = ${HASH_OF_LEAD}
  )`;
