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

/** The factors of a score, in the order in which they are shown and in which ties between them are settled. */
export const SCORE_FACTORS = ['recency', 'engagement', 'budget', 'status'] as const;
export type ScoreFactor = (typeof SCORE_FACTORS)[number];

export interface ScoredLead {
  /** In the account's currency; null, zero, negative and not-a-number count as none. */
  readonly budget: number | null;
  /** Compared by its `labelKey`. */
  readonly status: string;
}

export interface ActivityScore {
  /** Whole points, 0 to 100. */
  readonly activityScore: number;
  /** Whole points a factor, between 0 and the factor's cap, that add up to `activityScore`. */
  readonly breakdown: Readonly<Record<ScoreFactor, number>>;
  /** Until this instant the number is certainly right, if nothing changes; null: for ever. */
  readonly validUntil: Date | null;
}

const MS_A_DAY = 86_400_000;
const { recency: RECENCY, engagement: ENGAGEMENT, budget: BUDGET, status: STATUS } = SCORING_PARAMETERS;

/** A map rather than the object, in which a status named `constructor` would find something. */
const STATUS_POINTS: ReadonlyMap<string, number> = new Map(Object.entries(STATUS.points));

/** Further away than this, an instant is no date that JavaScript or PostgreSQL could hold. */
const FARTHEST_DAYS = 36_500;

/**
 * Calculates the activity score of a lead at one instant from its interactions.
 *
 * Pure: the same arguments give the same score, in whichever order the interactions come. The formula, its properties and
 * its sources are in docs/scoring.md.
 */
export const calculateActivityScore = (
  lead: ScoredLead,
  interactions: Iterable<ScoredInteraction>,
  asOf: Date,
): ActivityScore => scoreOf(lead, contactStateOf(interactions, asOf), asOf);

/**
 * Calculates the activity score of a lead at one instant from its contact state.
 * @param state has to match the instant: its latest interaction is not later, and its next planned one is
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

/** Whether a contact is planned so soon that it counts as one that takes place now. */
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

/** An upper bound for how fast the total falls from here on, in points a day. docs/scoring.md derives it. */
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
