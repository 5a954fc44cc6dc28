import { isPresent } from '../../database/process-liveness.js';
import { IS_OF_SAME_FACTS } from './stale-summaries.sql.js';
import { HASH_OF_LEAD } from './summary-facts.sql.js';

/** What stands behind the summary that a lead shows; a text that something else has written has nothing behind it. */
const SUMMARIES_OF_LEADS = `
  leads JOIN lead_summaries ON lead_summaries."leadId" = leads.id
    AND lead_summaries."generatedAt" = leads."summaryGeneratedAt"`;

/** $1: the ids of leads. */
export const READ_DETAILS = `
  SELECT "leadId", headline, "keyPoints", "nextStep", "withheldInteractionIds", writer, model, "promptVersion",
    "costUsd", "generatedAt"
  FROM ${SUMMARIES_OF_LEADS}
  WHERE leads.id = ANY ($1)`;

/** $1: the ids of leads, $2: the version of the writer; null where any will do. The ids of those whose summary is stale. */
export const READ_STALE_SUMMARIES = `
  SELECT leads.id
  FROM ${SUMMARIES_OF_LEADS}
  WHERE leads.id = ANY ($1)
    AND (lead_summaries."writerVersion" <> $2 OR NOT (${IS_OF_SAME_FACTS}))`;

/** $1: the id of a lead, $2: the hash of its facts, $3: the version of the writer. A row where that summary is there. */
export const FIND_SAME = `
  SELECT 1 AS found FROM ${SUMMARIES_OF_LEADS}
  WHERE leads.id = $1 AND lead_summaries."inputHash" = $2 AND lead_summaries."writerVersion" = $3`;

/** $1: the id of a lead, $2: the summary, $3: its source, $4: when. `updatedAt` is about changes of the lead itself. */
export const SAVE_SUMMARY = `
  UPDATE leads SET summary = $2, "summarySource" = $3, "summaryGeneratedAt" = $4 WHERE id = $1 RETURNING id`;

/**
 * $1 to $12: as the columns. A statement of its own after SAVE_SUMMARY, which locks the lead: whatever has changed its
 * facts meanwhile is seen here, or waits for that lock and then sees what is saved here.
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

/** As the columns. */
export const ADD_GENERATION = `
  INSERT INTO summary_generations ("leadId", "batchId", outcome, "inputHash", "writerVersion", writer, model,
    "generationId", "requestCount", "promptTokens", "completionTokens", "costUsd", "latencyMs")
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`;

/** How a summary that was asked for ended, where it ended well. */
export const WRITTEN = 'written';

/** $1: the id of a lead. The latest entry of the ledger. */
export const LATEST_GENERATION = `
  SELECT id, outcome, "inputHash", "writerVersion" FROM summary_generations WHERE "leadId" = $1 ORDER BY id DESC LIMIT 1`;

/**
 * $1: the id of a lead, $2: who wants it, which does nothing else with it. A row where that one has it now: it was free,
 * its holder has died, or it could not be let go of before.
 */
export const ACQUIRE_LEASE = `
  INSERT INTO summary_leases ("leadId", holder) VALUES ($1, $2)
  ON CONFLICT ("leadId") DO UPDATE SET holder = excluded.holder, "acquiredAt" = clock_timestamp()
  WHERE summary_leases.holder = excluded.holder OR NOT ${isPresent('summary_leases.holder')}
  RETURNING "leadId"`;

/** $1: the id of a lead, $2: its holder. */
export const RELEASE_LEASE = `DELETE FROM summary_leases WHERE "leadId" = $1 AND holder = $2`;
