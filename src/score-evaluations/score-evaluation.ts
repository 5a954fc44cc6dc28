import type { ScoreQualityReport } from '../score-quality/score-quality.js';

/** The options of evaluations that win rates come from. Other options are for experiments. */
export const DEFAULT_OPTIONS: EvaluationOptions = { horizonDays: 90, landmarkEvery: 7 };

export interface EvaluationOptions {
  /** The days after a landmark in which a lead counts as won, 1 to 730. */
  readonly horizonDays: number;
  /** The days between two landmarks, 1 to 90. */
  readonly landmarkEvery: number;
}

/** `interrupted`: the process or its connection ended, and could not record that. */
export type EvaluationStatus = 'running' | 'succeeded' | 'failed' | 'cancelled' | 'interrupted';

/** The record of an evaluation of scoring rules on past outcomes. */
export interface ScoreEvaluation extends EvaluationOptions {
  readonly id: number;
  readonly rulesId: number;
  /** The key of the caller of the API, or the user of the operating system. */
  readonly startedBy: string;
  /** Host name and process. */
  readonly host: string;
  readonly status: EvaluationStatus;
  readonly startedAt: Date;
  /** Null: it is running, or the time is unknown. */
  readonly endedAt: Date | null;
  /** The leads that were read. */
  readonly doneCount: number;
  /** The leads to read; null: not counted yet. */
  readonly totalCount: number | null;
  /** Null: it did not succeed. */
  readonly report: ScoreQualityReport | null;
  /** A readable reason if it did not succeed. */
  readonly error: string | null;
}

export interface EvaluationProgress {
  readonly doneCount: number;
  readonly totalCount: number;
}
