import { SCORE_FACTORS, type ScoreFactor } from './activity-score.js';
import { scoreReasons } from './score-reasons.js';
import type { ScoringRules } from './scoring-rules.js';

export interface FactorScore {
  /** Whole points, 0 to `cap`. */
  readonly points: number;
  readonly cap: number;
  /** Readable text, such as "last contact 3 days ago". */
  readonly reason: string;
}

/** `fit` is null if the rules have no fit factor. */
export type ScoreBreakdown = Readonly<Record<Exclude<ScoreFactor, 'fit'>, FactorScore>> & {
  readonly fit: FactorScore | null;
};

/**
 * The columns that are stored with a score. They are null if no score was calculated, or if an earlier
 * version wrote it.
 */
export interface StoredScore {
  readonly activityScore: number | null;
  readonly scoreCalculatedAt: Date | null;
  readonly recencyPoints: number | null;
  readonly engagementPoints: number | null;
  readonly budgetPoints: number | null;
  readonly statusPoints: number | null;
  readonly fitPoints: number;
  /** Bit n is set if the fit criterion at index n matches. A decimal number, because it has up to 50 bits. */
  readonly fitMatches: string;
  readonly lastContactAt: Date | null;
  readonly nextContactAt: Date | null;
  readonly meetingCount: number | null;
  readonly callCount: number | null;
  readonly emailCount: number | null;
  readonly outboundEmailCount: number;
  readonly budget: number | null;
  readonly status: string;
}

const COLUMNS: Readonly<Record<keyof StoredScore, true>> = {
  activityScore: true,
  scoreCalculatedAt: true,
  recencyPoints: true,
  engagementPoints: true,
  budgetPoints: true,
  statusPoints: true,
  fitPoints: true,
  fitMatches: true,
  lastContactAt: true,
  nextContactAt: true,
  meetingCount: true,
  callCount: true,
  emailCount: true,
  outboundEmailCount: true,
  budget: true,
  status: true,
};

/** `rulesVersion` is the version of the rules that explain the score. */
export const STORED_SCORE_COLUMNS = [
  ...(Object.keys(COLUMNS) as (keyof StoredScore)[]),
  'rulesVersion',
] as const;

/**
 * Explains a stored score by the values that were stored with it at the same instant. Returns null if there
 * is no score, or if another program has overwritten it, so that the points no longer add up.
 * @param rules those that the score was calculated with
 */
export function explainScore(stored: StoredScore, rules: ScoringRules): ScoreBreakdown | null {
  const { activityScore, scoreCalculatedAt } = stored;
  const points = {
    recency: stored.recencyPoints ?? 0,
    engagement: stored.engagementPoints ?? 0,
    budget: stored.budgetPoints ?? 0,
    status: stored.statusPoints ?? 0,
    fit: stored.fitPoints,
  };
  const total = SCORE_FACTORS.reduce((sum, factor) => sum + points[factor], 0);
  if (stored.recencyPoints === null || scoreCalculatedAt === null || total !== activityScore) return null;
  const reasons = scoreReasons(
    {
      scoreCalculatedAt,
      lastContactAt: stored.lastContactAt,
      nextContactAt: stored.nextContactAt,
      meetingCount: stored.meetingCount ?? 0,
      callCount: stored.callCount ?? 0,
      emailCount: stored.emailCount ?? 0,
      outboundEmailCount: stored.outboundEmailCount,
      budget: stored.budget,
      status: stored.status,
      fitMatches: BigInt(stored.fitMatches),
    },
    rules,
  );
  const factor = (name: ScoreFactor): FactorScore => ({
    points: points[name],
    cap: rules[name].cap,
    reason: reasons[name],
  });
  return {
    recency: factor('recency'),
    engagement: factor('engagement'),
    budget: factor('budget'),
    status: factor('status'),
    fit: rules.fit.cap > 0 ? factor('fit') : null,
  };
}
