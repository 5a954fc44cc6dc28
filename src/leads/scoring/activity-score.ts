import { labelKey } from '../../common/label-key.js';
import {
  type ContactState,
  contactStateOf,
  decay,
  INTERACTION_KINDS,
  type ScoredInteraction,
} from './contact-state.js';
import { isLost } from '../lead-status.js';
import { RULES_OF_VERSION_1, type ScoringRules } from './scoring-rules.js';

/** The factors of a score, in display order, which also resolves ties in rounding. */
export const SCORE_FACTORS = ['recency', 'engagement', 'budget', 'status', 'fit'] as const;
export type ScoreFactor = (typeof SCORE_FACTORS)[number];

export interface ScoredLead {
  /** In the account's currency; null, zero, negative numbers and NaN count as no budget. */
  readonly budget: number | null;
  /** Compared by its `labelKey`. */
  readonly status: string;
  /** The points of the fit criteria, which the SQL function `fit_of` evaluates; absent: 0. */
  readonly fit?: number;
}

/** A lead as a query returns it, with the criteria that it meets: bit n stands for the criterion at index n. */
export interface LeadWithFit extends ScoredLead {
  readonly fit: number;
  readonly fitMatches: string;
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
  rules: ScoringRules = RULES_OF_VERSION_1,
): ActivityScore =>
  scoreOf(rules, lead, contactStateOf(interactions, asOf, rules.engagement.halfLifeDays), asOf);

/**
 * Calculates the activity score of a lead at one instant from its contact state.
 * @param state must match the instant: its latest interaction is not later than the instant, and its next
 * planned interaction is later. It must have the half-life of the rules.
 */
export function scoreOf(
  rules: ScoringRules,
  lead: ScoredLead,
  state: ContactState,
  asOf: Date,
): ActivityScore {
  const isPlanned = hasContactAhead(rules, state, asOf);
  const weighted = weightedPoints(rules, state, asOf);
  const isZero = rules.lostScoresZero && isLost(lead.status);
  const values: Record<ScoreFactor, number> = isZero
    ? { recency: 0, engagement: 0, budget: 0, status: 0, fit: 0 }
    : { ...contactPointsOf(rules, isPlanned, weighted, state, asOf), ...leadPoints(rules, lead) };
  const total = SCORE_FACTORS.reduce((sum, factor) => sum + values[factor], 0);
  const activityScore = wholeScore(total);
  const slope = isZero ? 0 : steepestFall(rules, isPlanned ? 0 : values.recency, weighted);
  return {
    activityScore,
    breakdown: wholePoints(values, activityScore),
    validUntil: earliest([
      state.nextInteractionAt,
      isPlanned || state.nextContactAt === null
        ? null
        : daysFrom(state.nextContactAt, -rules.recency.horizonDays),
      slope > 1e-9 ? daysFrom(asOf, Math.min((total - (activityScore - 0.5)) / slope, FARTHEST_DAYS)) : null,
    ]),
  };
}

/** The score of a number of points. */
export const wholeScore = (total: number): number => Math.min(100, Math.max(0, Math.floor(total + 0.5)));

/** The points that depend only on the lead, with fractions, for a lead that does not score 0 because it is lost. */
export const leadPoints = (
  rules: ScoringRules,
  lead: ScoredLead,
): { readonly budget: number; readonly status: number; readonly fit: number } => ({
  budget: budget(rules, lead.budget),
  status: statusPoints(rules, lead.status),
  fit: lead.fit ?? 0,
});

interface ContactPoints {
  readonly recency: number;
  readonly engagement: number;
}

/**
 * The points that depend on the contact state and the instant, with fractions, for a lead that does not score 0 because it
 * is lost.
 * @param state must match the instant, and have the half-life of the rules
 */
export const contactPoints = (rules: ScoringRules, state: ContactState, asOf: Date): ContactPoints =>
  contactPointsOf(
    rules,
    hasContactAhead(rules, state, asOf),
    weightedPoints(rules, state, asOf),
    state,
    asOf,
  );

const contactPointsOf = (
  rules: ScoringRules,
  isPlanned: boolean,
  weighted: number,
  state: ContactState,
  asOf: Date,
): ContactPoints => ({
  recency: isPlanned ? rules.recency.cap : recency(rules, state, asOf),
  engagement: rules.engagement.cap * (1 - 2 ** (-weighted / rules.engagement.halfCapPoints)),
});

/** Whether a contact is planned within the horizon, so that it counts as a contact now. */
const hasContactAhead = ({ recency }: ScoringRules, { nextContactAt }: ContactState, asOf: Date): boolean =>
  nextContactAt !== null && daysFrom(nextContactAt, -recency.horizonDays) <= asOf;

function recency({ recency: rules }: ScoringRules, { lastContactAt }: ContactState, asOf: Date): number {
  if (lastContactAt === null) return 0;
  return rules.cap * 2 ** (-(asOf.getTime() - lastContactAt.getTime()) / MS_A_DAY / rules.halfLifeDays);
}

function weightedPoints(
  { engagement }: ScoringRules,
  { lastInteractionAt, weights, halfLifeDays }: ContactState,
  asOf: Date,
): number {
  if (lastInteractionAt === null) return 0;
  const sum = INTERACTION_KINDS.reduce(
    (points, kind) => points + engagement.weights[kind] * weights[kind],
    0,
  );
  return sum * decay(asOf.getTime() - lastInteractionAt.getTime(), halfLifeDays);
}

function budget({ budget: rules }: ScoringRules, amount: number | null): number {
  return amount !== null && amount > 0 ? rules.cap * (1 - 2 ** (-amount / rules.halfCapBudget)) : 0;
}

/** The statuses of the rules are stored as their `labelKey`. */
function statusPoints({ status: rules }: ScoringRules, status: string): number {
  const key = labelKey(status);
  return rules.points.find((one) => one.status === key)?.points ?? rules.otherwise;
}

/**
 * An upper bound for the rate at which the total falls from now on, in points a day. docs/scoring.md derives
 * it.
 */
function steepestFall({ recency: r, engagement: e }: ScoringRules, points: number, weighted: number): number {
  const x = (weighted * Math.LN2) / e.halfCapPoints;
  return (
    (points * Math.LN2) / r.halfLifeDays +
    ((e.cap * Math.LN2) / e.halfLifeDays) * (x < 1 ? x * Math.exp(-x) : Math.exp(-1))
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
