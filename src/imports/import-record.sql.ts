import { ADVISORY_LOCKS } from '../database/advisory-locks.js';
import type { RecordKind } from '../database/record-writer.js';
import { liveStatus, notifying } from '../database/work-record.sql.js';
import type { ImportProgress } from './import-report.js';

/** Notified with the id of an import whenever its record changes. */
export const IMPORTS_CHANNEL = 'imports';

/** Notified with the id of an import to cancel. */
const CANCEL_CHANNEL = 'import_cancel';

const LIVE_STATUS = liveStatus('imports', ADVISORY_LOCKS.importClass);

/** Reports of earlier versions lack what files of changes add. @param condition a WHERE clause */
const selectImports = (condition: string): string => `
  SELECT id, trigger, caller, host, files, options, ${LIVE_STATUS} AS status, "startedAt", "endedAt", step, "doneCount",
    "totalCount", '{"changes": null}'::jsonb || report AS report, error, "undoneAt", "undoneBy",
    '{"removedChanges": 0}'::jsonb || "undoReport" AS "undoReport"
  FROM imports ${condition}`;

/** $1: the id. */
export const READ_IMPORT = selectImports('WHERE id = $1');

/** $1: the id to start before, or null, $2: the page size. The latest come first. */
export const READ_PAGE = `${selectImports('WHERE $1::int IS NULL OR id < $1')} ORDER BY id DESC LIMIT $2`;

export const NEXT_ID = `SELECT nextval(pg_get_serial_sequence('imports', 'id'))::int AS id`;

/**
 * An import sends its statements without long pauses. If none arrives, its host has disappeared without closing the connection,
 * and PostgreSQL must release its locks.
 */
export const END_WHEN_ABANDONED = `SET LOCAL idle_in_transaction_session_timeout = '60s'`;

/** $1: the id of an import. The lock lasts until the transaction ends. */
export const LOCK_IMPORT = `SELECT pg_advisory_xact_lock(${ADVISORY_LOCKS.importClass}, $1)`;

/** $1: id, $2: trigger, $3: caller, $4: host, $5: files, $6: options. */
export const BEGIN_IMPORT = notifying(
  IMPORTS_CHANNEL,
  `
    INSERT INTO imports (id, trigger, caller, host, files, options, "startedAt")
    OVERRIDING SYSTEM VALUE
    VALUES ($1, $2, $3, $4, $5::jsonb, $6::jsonb, date_trunc('milliseconds', clock_timestamp()))`,
);

const SAVE_PROGRESS = notifying(
  IMPORTS_CHANNEL,
  `UPDATE imports SET step = $2, "doneCount" = $3, "totalCount" = $4 WHERE id = $1 AND status = 'running'`,
);

/** $1: id, $2: the report. Runs within the transaction of the import. */
export const SAVE_SUCCESS = notifying(
  IMPORTS_CHANNEL,
  `
    UPDATE imports SET status = 'succeeded', "endedAt" = date_trunc('milliseconds', clock_timestamp()), report = $2::jsonb
    WHERE id = $1`,
);

/** $1: id, $2: status, $3: error. Does not change the record of a successful import. */
export const SAVE_END = notifying(
  IMPORTS_CHANNEL,
  `
    UPDATE imports SET status = $2, error = $3, "endedAt" = date_trunc('milliseconds', clock_timestamp())
    WHERE id = $1 AND status = 'running'`,
);

/** $1: id. Two undos of one import run one after the other. */
export const LOCK_RECORD = `SELECT status, "undoneAt" FROM imports WHERE id = $1 FOR UPDATE`;

/** $1: id, $2: the caller, $3: the report of the undo. Runs within the transaction of the undo. */
export const SAVE_UNDO = notifying(
  IMPORTS_CHANNEL,
  `
    UPDATE imports SET "undoneAt" = date_trunc('milliseconds', clock_timestamp()), "undoneBy" = $2, "undoReport" = $3::jsonb
    WHERE id = $1`,
);

export const IMPORT_RECORD: RecordKind<ImportProgress> = {
  purpose: 'import record',
  cancelChannel: CANCEL_CHANNEL,
  saveProgress: SAVE_PROGRESS,
  progressValues: ({ step, doneCount, totalCount }) => [step, doneCount, totalCount],
  saveEnd: SAVE_END,
  readStatus: 'SELECT status FROM imports WHERE id = $1',
};

/** $1: the id of an import to cancel. */
export const REQUEST_CANCEL = `SELECT pg_notify('${CANCEL_CHANNEL}', $1::text)`;
