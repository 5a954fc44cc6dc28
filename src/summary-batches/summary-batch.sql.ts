import { QUEUE_SCHEMA } from '../database/job-queue.js';
import { MAX_ATTEMPTS, PRIORITIES, SUMMARY_TASK } from '../summaries/summary-jobs.js';
import { needsSummary } from '../summaries/stale-summaries.sql.js';

/** Notified with the id of a batch whenever its record changes. */
export const BATCHES_CHANNEL = 'summary_batches';

/** A new pause is recorded only if it ends at least this much later. */
const PAUSE_PRECISION_MS = 1_000;

const COLUMNS = `id, status, "startedBy" AS trigger, "onlyStale", "includeClosed", "limit", "maxCostUsd", "costUsd", "totalCount", "writtenCount",
  "unchangedCount", "failedCount", "skippedCount", "createdAt", "endedAt", error,
  CASE WHEN status = 'running' AND "pausedUntil" > clock_timestamp() THEN "pausedUntil" END AS "pausedUntil"`;

/** $1: the id. */
export const READ_BATCH = `SELECT ${COLUMNS} FROM summary_batches WHERE id = $1`;

/** $1: the id, $2: a limit. */
export const READ_FAILURES = `
  SELECT "leadId", code, reason FROM summary_batch_items
  WHERE "batchId" = $1 AND status = 'failed' ORDER BY "leadId" LIMIT $2`;

/**
 * $1: trigger, $2: onlyStale, $3: limit, $4: maxCostUsd, $5: the version of the writer, $6: includeClosed.
 * The cost of one summary is estimated from previous ones, if there are any.
 */
export const CREATE_BATCH = `
  INSERT INTO summary_batches ("startedBy", "onlyStale", "limit", "maxCostUsd", "includeClosed", "largestCostUsd")
  VALUES ($1, $2, $3, $4, $6, (
    SELECT max("costUsd") FROM (
      SELECT "costUsd" FROM summary_generations WHERE "writerVersion" = $5 ORDER BY id DESC LIMIT 100
    ) AS latest
  ))
  RETURNING id`;

/**
 * $1: the id of the batch, $2: onlyStale, $3: limit, $4: the version of the writer, $5: whether to include
 * closed leads. The highest scores come first.
 */
export const ADD_ITEMS = `
  INSERT INTO summary_batch_items ("batchId", "leadId", position)
  SELECT $1, id, row_number() OVER (ORDER BY "activityScore" DESC NULLS LAST, id)
  FROM (
    SELECT id, "activityScore" FROM leads
    WHERE ($5 OR is_open_status(status)) AND (NOT $2 OR (${needsSummary('$4')}))
    ORDER BY "activityScore" DESC NULLS LAST, id
    LIMIT $3
  ) AS chosen`;

/** $1: the id. A batch without leads has succeeded. */
export const COUNT_ITEMS = `
  WITH counted AS (SELECT count(*)::int AS count FROM summary_batch_items WHERE "batchId" = $1)
  UPDATE summary_batches SET
    "totalCount" = counted.count,
    status = CASE WHEN counted.count = 0 THEN 'succeeded' ELSE status END,
    "endedAt" = CASE WHEN counted.count = 0 THEN clock_timestamp() END
  FROM counted WHERE id = $1
  RETURNING "totalCount"`;

const jobOf = (leadId: string, runAt: string): string => `(
    '${SUMMARY_TASK}', json_build_object('leadId', ${leadId}, 'batchId', $1::int), NULL, ${runAt}, ${MAX_ATTEMPTS},
    'batch:' || $1::int || ':' || ${leadId}, ${PRIORITIES.batch}, NULL
  )::${QUEUE_SCHEMA}.job_spec`;

/**
 * $1: the id, $2: the first position, $3: the last position, inclusive. The scheduled times determine the
 * order.
 */
export const QUEUE_ITEMS = `
  SELECT count(*) FROM ${QUEUE_SCHEMA}.add_jobs(ARRAY(
    SELECT ${jobOf('"leadId"', `now() - interval '1 hour' + position * interval '1 microsecond'`)}
    FROM summary_batch_items WHERE "batchId" = $1 AND position BETWEEN $2 AND $3
  ))`;

/**
 * $1: the batch id, $2: the lead id, $3: a delay in milliseconds, $4: whether the attempt counts. The job is
 * added in any case, even if the lead was not begun, because a lead without a job would never be completed.
 */
export const REQUEUE_ITEM = `
  WITH requeued AS (
    UPDATE summary_batch_items
    SET status = 'queued', "tryCount" = "tryCount" - CASE WHEN $4 THEN 0 ELSE 1 END
    WHERE "batchId" = $1 AND "leadId" = $2 AND status = 'writing'
  )
  SELECT count(*) FROM ${QUEUE_SCHEMA}.add_jobs(ARRAY[
    ${jobOf('$2::int', `now() + $3 * interval '1 millisecond'`)}
  ])`;

/**
 * $1: the id. A transaction that begins a summary waits for those that begin or end one of the same batch.
 */
export const LOCK_BATCH = `
  SELECT status, "onlyStale", "maxCostUsd", "costUsd", "largestCostUsd"
  FROM summary_batches WHERE id = $1 FOR NO KEY UPDATE`;

/**
 * $1: the batch id, $2: the id of a lead to exclude. A separate statement after the lock: a statement that
 * waits for a lock sees other tables as of its start.
 */
export const COUNT_WRITING = `
  SELECT count(*)::int AS "writingCount" FROM summary_batch_items
  WHERE "batchId" = $1 AND status = 'writing' AND "leadId" <> $2`;

/** $1: the batch id, $2: the lead id. Returns a row if the summary must be written. */
export const BEGIN_ITEM = `
  UPDATE summary_batch_items SET status = 'writing', "tryCount" = "tryCount" + 1
  WHERE "batchId" = $1 AND "leadId" = $2 AND status IN ('queued', 'writing')
  RETURNING "tryCount"`;

/**
 * $1: the batch id, $2: the lead id, $3: status, $4: code, $5: reason. The counts are in the row of the
 * batch, which is locked during a change. The last lead to end therefore detects that it is the last.
 */
export const END_ITEM = `
  WITH ended AS (
    UPDATE summary_batch_items SET status = $3, code = $4, reason = $5, "endedAt" = clock_timestamp()
    WHERE "batchId" = $1 AND "leadId" = $2 AND status IN ('queued', 'writing')
    RETURNING status
  )
  UPDATE summary_batches SET
    "writtenCount" = "writtenCount" + (ended.status = 'written')::int,
    "unchangedCount" = "unchangedCount" + (ended.status = 'unchanged')::int,
    "failedCount" = "failedCount" + (ended.status = 'failed')::int,
    "skippedCount" = "skippedCount" + (ended.status = 'skipped')::int,
    "pausedUntil" = CASE WHEN ended.status <> 'written' THEN "pausedUntil" END,
    status = CASE
      WHEN summary_batches.status = 'running'
        AND "writtenCount" + "unchangedCount" + "failedCount" + "skippedCount" + 1 >= "totalCount" THEN 'succeeded'
      ELSE summary_batches.status
    END,
    "endedAt" = CASE
      WHEN summary_batches.status = 'running'
        AND "writtenCount" + "unchangedCount" + "failedCount" + "skippedCount" + 1 >= "totalCount"
        THEN clock_timestamp()
      ELSE summary_batches."endedAt"
    END
  FROM ended WHERE id = $1
  RETURNING "writtenCount", "unchangedCount", "failedCount", summary_batches.status`;

/** $1: the batch id, $2: the lead id, $3: the cost. */
export const ADD_COST = `
  WITH item AS (
    UPDATE summary_batch_items SET "costUsd" = "costUsd" + $3 WHERE "batchId" = $1 AND "leadId" = $2
  )
  UPDATE summary_batches
  SET "costUsd" = "costUsd" + $3, "largestCostUsd" = greatest("largestCostUsd", $3) WHERE id = $1`;

/**
 * $1: the id, $2: the milliseconds until the end of the pause. Returns a row unless a pause with about the
 * same or a later end is recorded.
 */
export const NOTE_PAUSE = `
  UPDATE summary_batches SET "pausedUntil" = clock_timestamp() + $2 * interval '1 millisecond'
  WHERE id = $1 AND status = 'running'
    AND coalesce("pausedUntil" < clock_timestamp() + ($2 - ${PAUSE_PRECISION_MS}) * interval '1 millisecond', true)
  RETURNING id`;

/**
 * $1: the id, $2: status, $3: error. Returns a row if the batch was running. Summaries in progress are
 * completed.
 */
export const STOP_BATCH = `
  UPDATE summary_batches SET status = $2, error = $3, "endedAt" = clock_timestamp()
  WHERE id = $1 AND status = 'running'
  RETURNING id`;

/** $1: the id. */
export const SKIP_QUEUED_ITEMS = `
  WITH skipped AS (
    UPDATE summary_batch_items SET status = 'skipped', "endedAt" = clock_timestamp()
    WHERE "batchId" = $1 AND status = 'queued'
    RETURNING "leadId"
  ), removed AS (
    SELECT count(*) FROM ${QUEUE_SCHEMA}.complete_jobs(ARRAY(
      SELECT jobs.id FROM ${QUEUE_SCHEMA}.jobs JOIN skipped ON jobs.key = 'batch:' || $1::int || ':' || skipped."leadId"
      WHERE jobs.locked_at IS NULL
    ))
  )
  UPDATE summary_batches SET "skippedCount" = "skippedCount" + (SELECT count(*) FROM skipped)
  FROM removed WHERE id = $1`;

/** $1: the id. */
export const TELL_CHANGED = `SELECT pg_notify('${BATCHES_CHANNEL}', $1::text)`;
