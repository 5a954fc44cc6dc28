import { ADVISORY_LOCKS } from '../database/advisory-locks.js';
import type { RecordKind } from '../database/record-writer.js';
import { liveStatus, notifying } from '../database/work-record.sql.js';
import type { RecalculationCounts } from '../leads/scoring/recalculation-counter.js';

/** Notified with the id of a recalculation whenever its record changes. */
export const RUNS_CHANNEL = 'rescore_runs';

/** Notified with the id of a recalculation to cancel. */
const CANCEL_CHANNEL = 'rescore_cancel';

const LIVE_STATUS = liveStatus('rescore_runs', ADVISORY_LOCKS.recalculationClass);

/** @param condition a WHERE clause for the stored records, whose indexes it can use */
const selectRuns = (condition: string): string => `
  SELECT *,
    extract(epoch FROM coalesce("endedAt", CASE WHEN status = 'running' THEN clock_timestamp() END) - "startedAt")::float8
      * 1000 AS "durationMs"
  FROM (
    SELECT id, "startedBy" AS trigger, "startedOn" AS host, "onlyStale", "isVerification", "differenceCount", differences,
      ${LIVE_STATUS} AS status, "asOf", "startedAt", "endedAt", "totalCount", "calculatedCount",
      "doneCount" AS "savedCount", "skippedCount", "failedCount", failures, error
    FROM rescore_runs ${condition}
  ) AS run`;

/** $1: the id. */
export const READ_RUN = selectRuns('WHERE id = $1');

export const READ_RUNNING = `
  ${selectRuns(`WHERE status = 'running'`)} WHERE status = 'running' ORDER BY id DESC LIMIT 1`;

/** $1: the id to start before, or null, $2: the page size. The latest come first. */
export const READ_PAGE = `
  ${selectRuns('WHERE $1::int IS NULL OR id < $1')} ORDER BY id DESC LIMIT $2`;

export const NEXT_ID = `SELECT nextval(pg_get_serial_sequence('rescore_runs', 'id'))::int AS id`;

/**
 * A recalculation sends its statements without pauses. If none arrives, its host has disappeared without
 * closing the connection, and PostgreSQL must release its locks.
 */
export const END_WHEN_ABANDONED = `SET LOCAL idle_in_transaction_session_timeout = '60s'`;

/** $1: the id of a recalculation. The lock lasts until the transaction ends. */
export const LOCK_RUN = `SELECT pg_advisory_xact_lock(${ADVISORY_LOCKS.recalculationClass}, $1)`;

/**
 * While this session has the bulk scoring lock, every other record with status `running` is of a dead
 * process.
 */
export const SETTLE_INTERRUPTED = notifying(
  RUNS_CHANNEL,
  `UPDATE rescore_runs SET status = 'interrupted' WHERE status = 'running'`,
);

/**
 * $1: id, $2: trigger, $3: host, $4: onlyStale, $5: scheduledFor, $6: asOf, $7: totalCount, $8:
 * isVerification. Returns no row if another replica was first.
 */
export const BEGIN_RUN = notifying(
  RUNS_CHANNEL,
  `
    INSERT INTO rescore_runs (id, "startedBy", "startedOn", "onlyStale", "scheduledFor", "asOf", "startedAt", "totalCount", "isVerification")
    OVERRIDING SYSTEM VALUE
    VALUES ($1, $2, $3, $4, $5, $6, date_trunc('milliseconds', clock_timestamp()), $7, $8)
    ON CONFLICT ("scheduledFor") DO NOTHING`,
);

/** $1: id, $2: calculatedCount, $3: savedCount, $4: failedCount. */
const SAVE_PROGRESS = notifying(
  RUNS_CHANNEL,
  `
    UPDATE rescore_runs SET "calculatedCount" = $2, "doneCount" = $3, "failedCount" = $4
    WHERE id = $1 AND status = 'running'`,
);

/**
 * $1: id, $2: calculatedCount, $3: savedCount, $4: failedCount, $5: failures, $6: differenceCount, $7:
 * differences. Runs within the transaction of the recalculation.
 */
export const SAVE_SUCCESS = notifying(
  RUNS_CHANNEL,
  `
    UPDATE rescore_runs
    SET status = 'succeeded', "endedAt" = date_trunc('milliseconds', clock_timestamp()), "calculatedCount" = $2,
      "doneCount" = $3, "failedCount" = $4, "skippedCount" = "totalCount" - $3 - $4, failures = $5::jsonb,
      "differenceCount" = $6, differences = $7::jsonb
    WHERE id = $1`,
);

/** $1: id, $2: status, $3: error. Does not change the record of a successful recalculation. */
export const SAVE_END = notifying(
  RUNS_CHANNEL,
  `
    UPDATE rescore_runs
    SET status = $2, error = $3, "endedAt" = date_trunc('milliseconds', clock_timestamp())
    WHERE id = $1 AND status IN ('running', 'interrupted')`,
);

/** $1: id. */
export const REQUEST_CANCEL = `SELECT pg_notify('${CANCEL_CHANNEL}', $1::text)`;

export const RECALCULATION_RECORD: RecordKind<RecalculationCounts> = {
  purpose: 'recalculation record',
  cancelChannel: CANCEL_CHANNEL,
  saveProgress: SAVE_PROGRESS,
  progressValues: ({ calculatedCount, savedCount, failedCount }) => [
    calculatedCount,
    savedCount,
    failedCount,
  ],
  saveEnd: SAVE_END,
  readStatus: 'SELECT status FROM rescore_runs WHERE id = $1',
};
