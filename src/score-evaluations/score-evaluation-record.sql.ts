import { ADVISORY_LOCKS } from '../database/advisory-locks.js';
import type { RecordKind } from '../database/record-writer.js';
import { liveStatus, notifying } from '../database/work-record.sql.js';
import type { EvaluationProgress } from './score-evaluation.js';

/** Notified with the id of an evaluation whenever its record changes. */
export const EVALUATIONS_CHANNEL = 'score_evaluations';

/** Notified with the id of an evaluation to cancel. */
const CANCEL_CHANNEL = 'score_evaluation_cancel';

const LIVE_STATUS = liveStatus('score_evaluations', ADVISORY_LOCKS.scoreEvaluationClass);

/** @param condition a WHERE clause */
const selectEvaluations = (condition: string): string => `
  SELECT id, "rulesId", "horizonDays", "landmarkEvery", "startedBy", host, ${LIVE_STATUS} AS status, "startedAt", "endedAt",
    "doneCount", "totalCount", report, error
  FROM score_evaluations ${condition}`;

/** $1: the id. */
export const READ_EVALUATION = selectEvaluations('WHERE id = $1');

/** $1: the id to start before, or null, $2: the page size. The latest come first. */
export const READ_PAGE = `${selectEvaluations('WHERE $1::int IS NULL OR id < $1')} ORDER BY id DESC LIMIT $2`;

/** $1: the id of the rules, or null for those in force, $2: horizonDays, $3: landmarkEvery. */
export const READ_LATEST = `
  ${selectEvaluations(`
    WHERE "rulesId" = coalesce($1::int, (SELECT id FROM scoring_rules_in_force())) AND "horizonDays" = $2 AND "landmarkEvery" = $3
      AND status = 'succeeded'`)}
  ORDER BY id DESC LIMIT 1`;

export const NEXT_ID = `SELECT nextval(pg_get_serial_sequence('score_evaluations', 'id'))::int AS id`;

/** @param id of an evaluation. The lock lasts until the session ends. */
export const lockEvaluation = (id: number): string =>
  `SELECT pg_advisory_lock(${ADVISORY_LOCKS.scoreEvaluationClass}, ${id})`;

const changing = (change: string): string => notifying(EVALUATIONS_CHANNEL, change);

const NOW = `date_trunc('milliseconds', clock_timestamp())`;

/** $1: id, $2: the id of the rules, $3: horizonDays, $4: landmarkEvery, $5: startedBy, $6: host. */
export const BEGIN_EVALUATION = changing(`
  INSERT INTO score_evaluations (id, "rulesId", "horizonDays", "landmarkEvery", "startedBy", host, "startedAt")
  OVERRIDING SYSTEM VALUE VALUES ($1, $2, $3, $4, $5, $6, ${NOW})`);

const SAVE_PROGRESS = changing(
  `UPDATE score_evaluations SET "doneCount" = $2, "totalCount" = $3 WHERE id = $1 AND status = 'running'`,
);

/** $1: id, $2: the number of leads, $3: the report. Returns no row if the rules were deleted. */
export const SAVE_SUCCESS = changing(`
  UPDATE score_evaluations
  SET status = 'succeeded', "endedAt" = ${NOW}, "doneCount" = $2, "totalCount" = $2, report = $3::jsonb WHERE id = $1`);

/** $1: id, $2: status, $3: error. Does not change the record of a successful evaluation. */
const SAVE_END = changing(`
  UPDATE score_evaluations SET status = $2, error = $3, "endedAt" = ${NOW} WHERE id = $1 AND status = 'running'`);

export const EVALUATION_RECORD: RecordKind<EvaluationProgress> = {
  purpose: 'evaluation record',
  cancelChannel: CANCEL_CHANNEL,
  saveProgress: SAVE_PROGRESS,
  progressValues: ({ doneCount, totalCount }) => [doneCount, totalCount],
  saveEnd: SAVE_END,
  readStatus: 'SELECT status FROM score_evaluations WHERE id = $1',
};

/** $1: the id of an evaluation to cancel. */
export const REQUEST_CANCEL = `SELECT pg_notify('${CANCEL_CHANNEL}', $1::text)`;

/** $1: horizonDays, $2: landmarkEvery. Returns the latest evaluation of the rules in force that has figures. */
export const READ_WIN_RATES = `
  SELECT "startedAt" AS "evaluatedAt", "horizonDays", report #> '{figures,winRates}' AS rates
  FROM score_evaluations
  WHERE "rulesId" = (SELECT id FROM scoring_rules_in_force()) AND status = 'succeeded'
    AND "horizonDays" = $1 AND "landmarkEvery" = $2 AND jsonb_typeof(report -> 'figures') = 'object'
  ORDER BY id DESC LIMIT 1`;
