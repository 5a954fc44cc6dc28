import { labelKey } from '../../common/label-key.js';
import { SCORING_PARAMETERS } from './scoring-parameters.js';

/** The factors of a score, in the order in which they are shown and in which ties between them are settled. */
export const SCORE_FACTORS = ['recency', 'engagement', 'budget', 'status'] as const;
export type ScoreFactor = (typeof SCORE_FACTORS)[number];

export type ScoredInteractionType = keyof typeof SCORING_PARAMETERS.engagement.weights;

export interface ScoredLead {
  /** In the account's currency; null, zero, negative and not-a-number count as none. */
  readonly budget: number | null;
  /** Compared by its `labelKey`. */
  readonly status: string;
}

export interface ScoredInteraction {
  readonly type: ScoredInteractionType;
  readonly date: Date;
}

export interface ActivityScore {
  /** Whole points, 0 to 100. */
  readonly activityScore: number;
  /** Whole points a factor, between 0 and the factor's cap, that add up to `activityScore`. */
  readonly breakdown: Readonly<Record<ScoreFactor, number>>;
  /** The latest interaction that counted; null where none did. */
  readonly lastContactAt: Date | null;
  /** How many interactions of each type counted. */
  readonly counts: Readonly<Record<ScoredInteractionType, number>>;
}

const MS_A_DAY = 86_400_000;

/** A map rather than the object, in which a status named `constructor` would find something. */
const STATUS_POINTS: ReadonlyMap<string, number> = new Map(Object.entries(SCORING_PARAMETERS.status.points));

/**
 * Calculates the activity score of a lead at one instant.
 *
 * Pure: the same arguments give the same score, in whichever order the interactions come. Interactions dated
 * after `asOf` do not count. The formula, its properties and its sources are in docs/scoring.md.
 */
export function calculateActivityScore(
  lead: ScoredLead,
  interactions: Iterable<ScoredInteraction>,
  asOf: Date,
): ActivityScore {
  const counts = { meeting: 0, call: 0, email: 0 };
  const decayed: number[] = [];
  let lastContact = -Infinity;
  for (const { type, date } of interactions) {
    const time = date.getTime();
    if (!(time <= asOf.getTime())) continue;
    counts[type] += 1;
    lastContact = Math.max(lastContact, time);
    decayed.push(decayedWeight(type, (asOf.getTime() - time) / MS_A_DAY));
  }
  const values: Record<ScoreFactor, number> = {
    recency: recency((asOf.getTime() - lastContact) / MS_A_DAY),
    engagement: engagement(sumInOneOrder(decayed)),
    budget: budget(lead.budget),
    status: status(lead.status),
  };
  const activityScore = roundedTotal(values);
  return {
    activityScore,
    breakdown: wholePoints(values, activityScore),
    lastContactAt: counts.meeting + counts.call + counts.email > 0 ? new Date(lastContact) : null,
    counts,
  };
}

function decayedWeight(type: ScoredInteractionType, ageInDays: number): number {
  const { weights, halfLifeDays } = SCORING_PARAMETERS.engagement;
  return weights[type] * 2 ** (-ageInDays / halfLifeDays);
}

/** Adding floating-point numbers in another order can change the last bit, so they are added in one order. */
function sumInOneOrder(values: number[]): number {
  return Float64Array.from(values)
    .sort()
    .reduce((sum, value) => sum + value, 0);
}

/** 0 where there was no contact: the age is then infinite. */
function recency(ageInDays: number): number {
  const { cap, halfLifeDays } = SCORING_PARAMETERS.recency;
  return cap * 2 ** (-ageInDays / halfLifeDays);
}

function engagement(weightedPoints: number): number {
  const { cap, halfCapPoints } = SCORING_PARAMETERS.engagement;
  return cap * (1 - 2 ** (-weightedPoints / halfCapPoints));
}

function budget(amount: number | null): number {
  const { cap, halfCapBudget } = SCORING_PARAMETERS.budget;
  return amount !== null && amount > 0 ? cap * (1 - 2 ** (-amount / halfCapBudget)) : 0;
}

function status(name: string): number {
  return STATUS_POINTS.get(labelKey(name)) ?? SCORING_PARAMETERS.status.pointsOtherwise;
}

function roundedTotal(values: Record<ScoreFactor, number>): number {
  const total = values.recency + values.engagement + values.budget + values.status;
  return Math.min(100, Math.max(0, Math.floor(total + 0.5)));
}

/**
 * Rounds each factor down, then gives the missing points one each to the factors with the largest remainder
 * (the largest-remainder method of apportionment); a tie goes to the factor listed first.
 */
function wholePoints(values: Record<ScoreFactor, number>, total: number): Record<ScoreFactor, number> {
  const points = { ...values };
  for (const factor of SCORE_FACTORS) points[factor] = Math.floor(values[factor]);
  const missing = total - SCORE_FACTORS.reduce((sum, factor) => sum + points[factor], 0);
  const remainder = (factor: ScoreFactor) => values[factor] - Math.floor(values[factor]);
  const byRemainder = SCORE_FACTORS.toSorted((a, b) => remainder(b) - remainder(a));
  for (const factor of byRemainder.slice(0, missing)) points[factor] += 1;
  return points;
}
