import type { Page } from '../../common/page-window.js';
import { connectionType } from '../../graphql/connection-type.js';
import { ScoreEvaluationType } from './score-evaluation.type.js';

export type ScoreEvaluationConnection = Page<ScoreEvaluationType>;
export const ScoreEvaluationConnection = connectionType(ScoreEvaluationType, {
  prefix: 'ScoreEvaluation',
  one: 'evaluation',
  many: 'evaluations',
  description: 'A page of evaluations, the latest first.',
  allowedTo: 'admin',
  cursorArguments: 'a value for `after`',
});
