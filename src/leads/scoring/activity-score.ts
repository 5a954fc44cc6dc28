import { labelKey } from '../../common/label-key.js';
import {
  type ContactState,
  contactStateOf,
  decay,
  INTERACTION_KINDS,
  type ScoredInteraction,
} from './contact-state.js';
import { isLost } from '../lead-status.js';
import { SCORING_PARAMETERS } from './scoring-parameters.js';

/** The factors of a score, in display order, which also resolves ties in rounding. */
export const SCORE_FACTORS = ['recency', 'engagement', 'budget', 'status'] as const;
export type ScoreFactor = (typeof SCORE_FACTORS)[number];

export interface ScoredLead {
  /** In the account's currency; null, zero, negative numbers and NaN count as no budget. */
  readonly budget: number | null;
  /** Compared by its `labelKey`. */
  readonly status: string;
}

export interface ActivityScore {
  /** Whole points, 0 to 100. */
  readonly activityScore: number;
  /** Whole points for each factor, from 0 to the cap of the factor. Their sum is `activityScore`. */
  readonly breakdown: Readonly<Record<ScoreFactor, number>>;
  /** Until this instant the score is guaranteed to be correct, if nothing changes; null: forever. */
  readonly validUntil: Date | null;
}

const MS_A_DAY = 86_400_000;
const { recency: RECENCY, engagement: ENGAGEMENT, budget: BUDGET, status: STATUS } = SCORING_PARAMETERS;

/** A map, because a plain object would also find the status `constructor`. */
const STATUS_POINTS: ReadonlyMap<string, number> = new Map(Object.entries(STATUS.points));

/** Instants farther away than this may exceed the date range of JavaScript or PostgreSQL. */
const FARTHEST_DAYS = 36_500;

/**
 * Calculates the activity score of a lead at one instant from its interactions.
 *
 * Pure: the same arguments return the same score, regardless of the order of the interactions.
 * docs/scoring.md describes the formula, its properties and its sources.
 */
export const calculateActivityScore = (
  lead: ScoredLead,
  interactions: Iterable<ScoredInteraction>,
  asOf: Date,
): ActivityScore => scoreOf(lead, contactStateOf(interactions, asOf), asOf);

/**
 * Calculates the activity score of a lead at one instant from its contact state.
 * @param state must match the instant: its latest interaction is not later than the instant, and its next
 * planned interaction is later
 */
export function scoreOf(lead: ScoredLead, state: ContactState, asOf: Date): ActivityScore {
  const isPlanned = hasContactAhead(state, asOf);
  const weighted = weightedPoints(state, asOf);
  const values: Record<ScoreFactor, number> = {
    recency: isPlanned ? RECENCY.cap : recency(state, asOf),
    engagement: ENGAGEMENT.cap * (1 - 2 ** (-weighted / ENGAGEMENT.halfCapPoints)),
    budget: budget(lead.budget),
    status: STATUS_POINTS.get(labelKey(lead.status)) ?? STATUS.pointsOtherwise,
  };
  if (isLost(lead.status)) for (const factor of SCORE_FACTORS) values[factor] = 0;
  const total = SCORE_FACTORS.reduce((sum, factor) => sum + values[factor], 0);
  const activityScore = Math.min(100, Math.max(0, Math.floor(total + 0.5)));
  const slope = isLost(lead.status) ? 0 : steepestFall(isPlanned ? 0 : values.recency, weighted);
  return {
    activityScore,
    breakdown: wholePoints(values, activityScore),
    validUntil: earliest([
      state.nextInteractionAt,
      isPlanned || state.nextContactAt === null ? null : daysFrom(state.nextContactAt, -RECENCY.horizonDays),
      slope > 1e-9 ? daysFrom(asOf, Math.min((total - (activityScore - 0.5)) / slope, FARTHEST_DAYS)) : null,
    ]),
  };
}

/** Whether a contact is planned within the horizon, so that it counts as a contact now. */
const hasContactAhead = ({ nextContactAt }: ContactState, asOf: Date): boolean =>
  nextContactAt !== null && daysFrom(nextContactAt, -RECENCY.horizonDays) <= asOf;

function recency({ lastContactAt }: ContactState, asOf: Date): number {
  if (lastContactAt === null) return 0;
  return RECENCY.cap * 2 ** (-(asOf.getTime() - lastContactAt.getTime()) / MS_A_DAY / RECENCY.halfLifeDays);
}

function weightedPoints({ lastInteractionAt, weights }: ContactState, asOf: Date): number {
  if (lastInteractionAt === null) return 0;
  const sum = INTERACTION_KINDS.reduce(
    (points, kind) => points + ENGAGEMENT.weights[kind] * weights[kind],
    0,
  );
  return sum * decay(asOf.getTime() - lastInteractionAt.getTime());
}

function budget(amount: number | null): number {
  return amount !== null && amount > 0 ? BUDGET.cap * (1 - 2 ** (-amount / BUDGET.halfCapBudget)) : 0;
}

/**
 * An upper bound for the rate at which the total falls from now on, in points a day. docs/scoring.md derives
 * it.
 */
function steepestFall(recencyPoints: number, weighted: number): number {
  const x = (weighted * Math.LN2) / ENGAGEMENT.halfCapPoints;
  return (
    (recencyPoints * Math.LN2) / RECENCY.halfLifeDays +
    ((ENGAGEMENT.cap * Math.LN2) / ENGAGEMENT.halfLifeDays) * (x < 1 ? x * Math.exp(-x) : Math.exp(-1))
  );
}

const daysFrom = (instant: Date, days: number): Date => new Date(instant.getTime() + days * MS_A_DAY);

function earliest(instants: readonly (Date | null)[]): Date | null {
  const times = instants.filter((instant) => instant !== null).map((instant) => instant.getTime());
  return times.length === 0 ? null : new Date(Math.min(...times));
}

/**
 * Rounds each factor down. Then adds one missing point each to the factors with the largest remainders
 * (largest-remainder method). If remainders are equal, the factor listed first gets the point.
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
