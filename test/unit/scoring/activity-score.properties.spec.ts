import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  calculateActivityScore,
  SCORE_FACTORS,
  type ScoredInteraction,
  type ScoredLead,
} from '../../../src/leads/scoring/activity-score.js';

const DAY = 86_400_000;
const asOf = new Date('2026-03-10T12:00:00Z');
const RUNS = { numRuns: 2000 };

/** Distances in floating point below which two ways to calculate the same thing need not agree. */
const NOISE = 1e-9;

const CAPS = [40, 30, 20, 10];

const leads: fc.Arbitrary<ScoredLead> = fc.record({
  budget: fc.oneof(
    fc.constantFrom(null, 0, -1, NaN, Infinity, 50_000, 100_000, 150_000, 200_000, 250_000),
    fc.double({ min: 0, max: 500_000, noNaN: true }),
    fc.double(),
  ),
  status: fc.oneof(
    fc.constantFrom('new', 'contacted', 'qualified', 'proposal', 'negotiation', 'won', 'converted', 'LOST'),
    fc.constantFrom('lost', 'closed_lost', 'somewhere', '', '__proto__'),
    fc.string(),
  ),
});

/** Whole half-lives on purpose: there the values are round, and ties and exact halves happen. */
const agesOver = (lowestDays: number) =>
  fc.oneof(
    fc.constantFrom(0, 1, 14 * DAY, 28 * DAY, 30 * DAY, 56 * DAY, 420 * DAY),
    fc.integer({ min: lowestDays * DAY, max: 120 * DAY }),
    fc.integer({ min: lowestDays * DAY, max: 40_000 * DAY }),
  );

const interactionsAged = (ages: fc.Arbitrary<number>): fc.Arbitrary<ScoredInteraction> =>
  fc.record({
    type: fc.constantFrom('meeting' as const, 'call' as const, 'email' as const),
    date: ages.map((age) => new Date(asOf.getTime() - age)),
  });

const anyInteraction = interactionsAged(agesOver(-60));
const pastInteraction = interactionsAged(agesOver(0));
const anyInteractions = fc.array(anyInteraction, { maxLength: 25 });

/** The formula of docs/scoring.md once more, in its own words: what the code is held against. */
function unroundedValues(lead: ScoredLead, interactions: readonly ScoredInteraction[], at: Date): number[] {
  const ages = interactions
    .map(({ type, date }) => ({ type, days: (at.getTime() - date.getTime()) / DAY }))
    .filter(({ days }) => days >= 0);
  const youngest = Math.min(...ages.map(({ days }) => days));
  const points = { meeting: 5, call: 3, email: 1 };
  const engagement = ages.reduce((sum, { type, days }) => sum + points[type] * 0.5 ** (days / 30), 0);
  const budget = lead.budget ?? 0;
  return [
    ages.length === 0 ? 0 : 40 * 0.5 ** (youngest / 14),
    30 * (1 - 0.5 ** (engagement / 10)),
    budget > 0 ? 20 * (1 - 0.5 ** (budget / 50_000)) : 0,
    pointsOfStatus(lead.status),
  ];
}

function pointsOfStatus(status: string): number {
  switch (status.toLowerCase()) {
    case 'contacted':
      return 5;
    case 'qualified':
      return 7;
    case 'proposal':
      return 8;
    case 'negotiation':
      return 9;
    case 'won':
    case 'converted':
      return 10;
    case 'lost':
    case 'closed_lost':
      return 0;
    default:
      return 3;
  }
}

/** Of the sixteen ways to round four values up or down to a total, the one that rounds up what is largest. */
function largestRemainders(values: readonly number[], total: number): number[] {
  let best: { points: number[]; claims: number[] } | undefined;
  // Counted down with the first factor as the highest bit, so that of equal claims the first listed wins.
  for (let choice = 15; choice >= 0; choice -= 1) {
    const isUp = [8, 4, 2, 1].map((bit) => (choice & bit) !== 0);
    const points = values.map((value, i) => Math.floor(value) + (isUp[i] ? 1 : 0));
    if (sum(points) !== total) continue;
    const claims = values.map((value, i) => (isUp[i] ? value - Math.floor(value) : 0)).sort((a, b) => b - a);
    if (best === undefined || isLarger(claims, best.claims)) best = { points, claims };
  }
  if (best === undefined) throw new Error(`No way to round ${values.join(', ')} to ${total}.`);
  return best.points;
}

function isLarger(claims: readonly number[], than: readonly number[]): boolean {
  const index = claims.findIndex((claim, i) => claim !== than[i]);
  return index >= 0 && (claims[index] ?? 0) > (than[index] ?? 0);
}

/** Two remainders that differ by noise only, other than not at all, or one that is noise from a whole point. */
function isDecidedByNoise(values: readonly number[]): boolean {
  const remainders = values.map((value) => value - Math.floor(value));
  const isNoise = (distance: number) => distance > 0 && distance < NOISE;
  return remainders.some(
    (remainder, i) =>
      isNoise(remainder) ||
      isNoise(1 - remainder) ||
      remainders.slice(i + 1).some((r) => isNoise(Math.abs(r - remainder))),
  );
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe('calculateActivityScore, whatever the data', () => {
  it('gives a whole score from 0 to 100 that the breakdown adds up to', () => {
    fc.assert(
      fc.property(leads, anyInteractions, (lead, interactions) => {
        const { activityScore, breakdown } = calculateActivityScore(lead, interactions, asOf);
        expect(Number.isInteger(activityScore)).toBe(true);
        expect(activityScore).toBeGreaterThanOrEqual(0);
        expect(activityScore).toBeLessThanOrEqual(100);
        expect(sum(Object.values(breakdown))).toBe(activityScore);
      }),
      RUNS,
    );
  });

  it('keeps each factor whole, within its cap, and within one point of its unrounded value', () => {
    fc.assert(
      fc.property(leads, anyInteractions, (lead, interactions) => {
        const { breakdown } = calculateActivityScore(lead, interactions, asOf);
        const values = unroundedValues(lead, interactions, asOf);
        SCORE_FACTORS.forEach((factor, i) => {
          expect(Number.isInteger(breakdown[factor])).toBe(true);
          expect(breakdown[factor]).toBeGreaterThanOrEqual(0);
          expect(breakdown[factor]).toBeLessThanOrEqual(CAPS[i] ?? 0);
          expect(Math.abs(breakdown[factor] - (values[i] ?? NaN))).toBeLessThan(1 + NOISE);
        });
      }),
      RUNS,
    );
  });

  it('scores as the formula says and gives the missing points to the largest remainders', () => {
    fc.assert(
      fc.property(leads, anyInteractions, (lead, interactions) => {
        const values = unroundedValues(lead, interactions, asOf);
        const total = sum(values);
        fc.pre(Math.abs(total + 0.5 - Math.round(total + 0.5)) > NOISE && !isDecidedByNoise(values));
        const { activityScore, breakdown } = calculateActivityScore(lead, interactions, asOf);
        expect(activityScore).toBe(Math.floor(total + 0.5));
        expect(SCORE_FACTORS.map((factor) => breakdown[factor])).toEqual(
          largestRemainders(values, activityScore),
        );
      }),
      RUNS,
    );
  });

  it('settles ties of remainders in favour of the factor listed first', () => {
    // Recency 2.5 and budget 17.5 tie, and emails of that age leave a remainder beside them that differs
    // with their number, so that the tie is about one point, about two, or about none.
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.constantFrom('lost', 'new'), (emails, status) => {
        const lead = { status, budget: 150_000 };
        const email = { type: 'email' as const, date: new Date(asOf.getTime() - 56 * DAY) };
        const interactions = Array.from({ length: emails }, () => email);
        const values = unroundedValues(lead, interactions, asOf);
        expect([values[0], values[2]]).toEqual([2.5, 17.5]);
        const { activityScore, breakdown } = calculateActivityScore(lead, interactions, asOf);
        expect(SCORE_FACTORS.map((factor) => breakdown[factor])).toEqual(
          largestRemainders(values, activityScore),
        );
      }),
      RUNS,
    );
  });

  it('never lowers a score for one more interaction', () => {
    fc.assert(
      fc.property(leads, anyInteractions, anyInteraction, (lead, interactions, another) => {
        const before = calculateActivityScore(lead, interactions, asOf);
        const after = calculateActivityScore(lead, [...interactions, another], asOf);
        expect(after.activityScore).toBeGreaterThanOrEqual(before.activityScore);
      }),
      RUNS,
    );
  });

  it('never raises a score as time passes without an interaction', () => {
    // Planned ones would happen meanwhile, so there are none before the later of the two instants.
    fc.assert(
      fc.property(
        leads,
        fc.array(pastInteraction, { maxLength: 25 }),
        agesOver(0),
        (lead, interactions, wait) => {
          const later = new Date(asOf.getTime() + wait);
          const planned = { type: 'meeting' as const, date: new Date(later.getTime() + 1) };
          const before = calculateActivityScore(lead, [...interactions, planned], asOf);
          const after = calculateActivityScore(lead, [...interactions, planned], later);
          expect(after.activityScore).toBeLessThanOrEqual(before.activityScore);
        },
      ),
      RUNS,
    );
  });

  it('gives the same result in whichever order the interactions come', () => {
    const shuffles = fc
      .array(anyInteraction, { minLength: 2, maxLength: 40 })
      .chain((interactions) =>
        fc.tuple(
          fc.constant(interactions),
          fc.shuffledSubarray(interactions, { minLength: interactions.length }),
        ),
      );
    fc.assert(
      fc.property(leads, shuffles, (lead, [interactions, shuffled]) => {
        expect(calculateActivityScore(lead, shuffled, asOf)).toEqual(
          calculateActivityScore(lead, interactions, asOf),
        );
      }),
      RUNS,
    );
  });

  it('leaves what it is given as it was', () => {
    fc.assert(
      fc.property(leads, anyInteractions, (lead, interactions) => {
        const copy = structuredClone({ lead, interactions });
        calculateActivityScore(lead, interactions, asOf);
        expect({ lead, interactions }).toEqual(copy);
      }),
      { numRuns: 200 },
    );
  });
});
