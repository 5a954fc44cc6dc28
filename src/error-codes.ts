import { COMMON_ERROR_CODES, type ErrorCodeLists } from './common/domain-error.js';
import { GRAPHQL_ERROR_CODES, LIMIT_CODES } from './graphql/errors-and-events.js';
import { IMPORT_ERROR_CODES } from './imports/errors-and-events.js';
import { RECALCULATION_ERROR_CODES } from './recalculation/errors-and-events.js';
import { SCORE_EVALUATION_ERROR_CODES } from './score-evaluations/errors-and-events.js';
import { SCORING_RULES_ERROR_CODES } from './scoring-rules/errors-and-events.js';
import { SUMMARY_ERROR_CODES } from './summaries/errors-and-events.js';
import { SUMMARY_BATCH_ERROR_CODES } from './summary-batches/errors-and-events.js';

/** The compiler names a feature that is missing. */
const LISTS = {
  common: COMMON_ERROR_CODES,
  graphql: LIMIT_CODES,
  imports: IMPORT_ERROR_CODES,
  recalculation: RECALCULATION_ERROR_CODES,
  scoreEvaluations: SCORE_EVALUATION_ERROR_CODES,
  scoringRules: SCORING_RULES_ERROR_CODES,
  summaries: SUMMARY_ERROR_CODES,
  summaryBatches: SUMMARY_BATCH_ERROR_CODES,
} satisfies ErrorCodeLists;

/**
 * All values of `extensions.code`. They are part of the API: codes may be added, but never removed.
 * docs/errors.md explains each of them.
 */
export const ERROR_CODES: readonly string[] = [...Object.values(LISTS).flat(), ...GRAPHQL_ERROR_CODES];
