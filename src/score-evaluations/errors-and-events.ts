import { AppEvent } from '../common/app-event.js';

export const SCORE_EVALUATION_ERROR_CODES = [
  'SCORE_EVALUATION_FAILED',
  'SCORE_EVALUATION_CANCELLED',
  'SCORE_EVALUATION_NOT_RUNNING',
] as const;

declare module '../common/domain-error.js' {
  interface ErrorCodeLists {
    readonly scoreEvaluations: typeof SCORE_EVALUATION_ERROR_CODES;
  }
}

export const scoreEvaluationEnded = new AppEvent<{
  readonly evaluationId: number;
  readonly outcome: 'succeeded' | 'failed' | 'cancelled';
  readonly durationMs: number;
}>('score-evaluation-ended');
