import { isPresent } from '../database/process-liveness.js';
import { IS_OF_SAME_FACTS } from './stale-summaries.sql.js';
import { HASH_OF_LEAD } from './summary-facts.sql.js';

/**
 * The details of the current summaries of leads. A summary that another program has written has no details.
 */
const SUMMARIES_OF_LEADS = `
  leads JOIN lead_summaries ON lead_summaries."leadId" = leads.id
    AND lead_summaries."generatedAt" = leads."summaryGeneratedAt"`;

/** $1: the ids of leads. */
export const READ_DETAILS = `
  SELECT "leadId", headline, "keyPoints", "nextStep", "withheldInteractionIds", writer, model, "promptVersion",
    "costUsd", "generatedAt"
  FROM ${SUMMARIES_OF_LEADS}
  WHERE leads.id = ANY ($1)`;

/**
 * $1: lead ids, $2: the version of the writer; null: any version. Returns the ids of leads whose summary is
 * stale.
 */
export const READ_STALE_SUMMARIES = `
  SELECT leads.id
  FROM ${SUMMARIES_OF_LEADS}
  WHERE leads.id = ANY ($1)
    AND (lead_summaries."writerVersion" <> $2 OR NOT (${IS_OF_SAME_FACTS}))`;

/**
 * $1: the id of a lead, $2: the hash of its facts, $3: the version of the writer. Returns a row if that
 * summary exists.
 */
export const FIND_SAME = `
  SELECT 1 AS found FROM ${SUMMARIES_OF_LEADS}
  WHERE leads.id = $1 AND lead_summaries."inputHash" = $2 AND lead_summaries."writerVersion" = $3`;

/**
 * $1: the id of a lead, $2: the summary, $3: its source, $4: its time. `updatedAt` is not set, because it is
 * about changes of the lead itself.
 */
export const SAVE_SUMMARY = `
  UPDATE leads SET summary = $2, "summarySource" = $3, "summaryGeneratedAt" = $4 WHERE id = $1 RETURNING id`;

/**
 * $1 to $12: the columns. Runs as a separate statement after SAVE_SUMMARY, which locks the lead. A concurrent
 * change of the facts is therefore either visible here, or waits for the lock and then sees the saved
 * details.
 */
export const SAVE_DETAILS = `
  INSERT INTO lead_summaries ("leadId", headline, "keyPoints", "nextStep", "withheldInteractionIds", writer, model,
    "promptVersion", "costUsd", "inputHash", "writerVersion", "generatedAt", "mayBeStale", "sameUntil")
  SELECT id, $2, $3::jsonb, $4, $5::integer[], $6, $7, $8::integer, $9::double precision, $10::text, $11,
    $12::timestamptz, ${HASH_OF_LEAD} <> $10::text,
    (SELECT min(date) FROM interactions WHERE "leadId" = leads.id AND date > now())
  FROM leads WHERE id = $1
  ON CONFLICT ("leadId") DO UPDATE SET
    headline = excluded.headline, "keyPoints" = excluded."keyPoints", "nextStep" = excluded."nextStep",
    "withheldInteractionIds" = excluded."withheldInteractionIds", writer = excluded.writer, model = excluded.model,
    "promptVersion" = excluded."promptVersion", "costUsd" = excluded."costUsd", "inputHash" = excluded."inputHash",
    "writerVersion" = excluded."writerVersion", "generatedAt" = excluded."generatedAt",
    "mayBeStale" = excluded."mayBeStale", "sameUntil" = excluded."sameUntil"`;

/** The parameters are in the order of the columns. */
export const ADD_GENERATION = `
  INSERT INTO summary_generations ("leadId", "batchId", outcome, "inputHash", "writerVersion", writer, model,
    "generationId", "requestCount", "promptTokens", "completionTokens", "costUsd", "latencyMs")
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`;

/** The outcome of a successful generation. */
export const WRITTEN = 'written';

/** $1: the id of a lead. Returns the latest entry of the ledger. */
export const LATEST_GENERATION = `
  SELECT id, outcome, "inputHash", "writerVersion" FROM summary_generations WHERE "leadId" = $1 ORDER BY id DESC LIMIT 1`;

/**
 * $1: the id of a lead, $2: the new holder. Returns a row if the lease was acquired: it was free, its holder
 * has died, or the same holder could not release it before.
 */
export const ACQUIRE_LEASE = `
  INSERT INTO summary_leases ("leadId", holder) VALUES ($1, $2)
  ON CONFLICT ("leadId") DO UPDATE SET holder = excluded.holder, "acquiredAt" = clock_timestamp()
  WHERE summary_leases.holder = excluded.holder OR NOT ${isPresent('summary_leases.holder')}
  RETURNING "leadId"`;

/** $1: the id of a lead, $2: its holder. */
export const RELEASE_LEASE = `DELETE FROM summary_leases WHERE "leadId" = $1 AND holder = $2`;
