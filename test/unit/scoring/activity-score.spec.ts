import { describe, expect, it } from '@jest/globals';
import {
  calculateActivityScore,
  SCORE_FACTORS,
  type ScoredInteraction,
} from '../../../src/leads/scoring/activity-score.js';
import { daysAgo, EXAMPLES_AS_OF, WORKED_EXAMPLES } from '../../support/worked-examples.js';
import { SCORING_PARAMETERS } from '../../../src/leads/scoring/scoring-parameters.js';

const DAY = 86_400_000;
const asOf = EXAMPLES_AS_OF;

/** Milliseconds from `asOf`; later ones are positive. */
function callAt(offset: number): ScoredInteraction {
  return { type: 'call', date: new Date(asOf.getTime() + offset) };
}

function score(
  lead: { budget?: number | null; status?: string },
  interactions: readonly ScoredInteraction[] = [],
  at = asOf,
) {
  return calculateActivityScore({ budget: null, status: 'new', ...lead }, interactions, at);
}

describe('calculateActivityScore', () => {
  it.each(WORKED_EXAMPLES)('scores $name', ({ lead, interactions, at, activityScore, points }) => {
    const result = score(lead, interactions, at);
    expect(result.activityScore).toBe(activityScore);
    expect(SCORE_FACTORS.map((factor) => result.breakdown[factor])).toEqual(points);
  });

  it.each([
    ['new', 3],
    ['contacted', 5],
    ['qualified', 7],
    ['proposal', 8],
    ['negotiation', 9],
    ['won', 10],
    ['converted', 10],
    ['lost', 0],
    ['closed_lost', 0],
    ['QUALIFIED', 7],
    ['Closed_Lost', 0],
    ['on hold', 3],
    ['', 3],
    ['constructor', 3],
    ['__proto__', 3],
    ['toString', 3],
  ])('gives the status "%s" %d points', (status, points) => {
    expect(score({ status })).toMatchObject({ activityScore: points, breakdown: { status: points } });
  });

  it.each([null, NaN, 0, -0, -50_000, -Infinity])('takes a budget of %d for none', (budget) => {
    expect(score({ budget })).toMatchObject({ activityScore: 3, breakdown: { budget: 0 } });
  });

  it('fills half the cap at 50 000 and all of it with the largest budget a lead can have', () => {
    expect(score({ budget: 50_000 }).breakdown.budget).toBe(10);
    expect(score({ budget: 99_999_999.99 }).breakdown.budget).toBe(20);
  });

  it('counts an interaction exactly at asOf', () => {
    expect(score({}, [callAt(0)])).toMatchObject({
      activityScore: 49,
      breakdown: { recency: 40, engagement: 6, budget: 0, status: 3 },
      lastContactAt: asOf,
      counts: { meeting: 0, call: 1, email: 0 },
    });
  });

  it('does not count an interaction one millisecond after asOf', () => {
    expect(score({}, [callAt(1)])).toEqual(score({}));
  });

  it('does not count an interaction without a valid date', () => {
    expect(score({}, [{ type: 'meeting', date: new Date(NaN) }])).toEqual(score({}));
  });

  it('has no last contact where all interactions lie in the future', () => {
    expect(score({}, daysAgo('meeting', -1, -30))).toEqual({
      activityScore: 3,
      breakdown: { recency: 0, engagement: 0, budget: 0, status: 3 },
      lastContactAt: null,
      counts: { meeting: 0, call: 0, email: 0 },
    });
  });

  it('tells the latest contact that counted and how many of each type did', () => {
    const interactions = [
      ...daysAgo('email', 9, -2, 4),
      ...daysAgo('meeting', 2, 3),
      ...daysAgo('call', 70, -0.1),
    ];
    const { lastContactAt, counts } = score({}, interactions);
    expect(lastContactAt).toEqual(new Date(asOf.getTime() - 2 * DAY));
    expect(counts).toEqual({ meeting: 2, call: 1, email: 2 });
  });

  it('lets a contact of a century ago fade to nothing, but still knows it', () => {
    const [longAgo] = daysAgo('meeting', 36_525);
    const result = score({}, longAgo ? [longAgo] : []);
    expect(result.activityScore).toBe(3);
    expect(result.lastContactAt).toEqual(longAgo?.date);
  });

  it('settles a tie of remainders in favour of the factor listed first', () => {
    // 2.5 + 0.56 + 17.5 + 0: two points are missing; the larger remainder of engagement takes one.
    const interactions = daysAgo('email', 56);
    expect(score({ status: 'lost', budget: 150_000 }, interactions)).toMatchObject({
      activityScore: 21,
      breakdown: { recency: 3, engagement: 1, budget: 17, status: 0 },
    });
  });

  it('keeps 100 000 interactions within the caps', () => {
    const types = ['meeting', 'call', 'email'] as const;
    const interactions = Array.from({ length: 100_000 }, (_, i) => callAt(-i * 60_000)).map(
      ({ date }, i) => ({ type: types[i % 3] ?? 'call', date }),
    );
    expect(score({ status: 'won', budget: 10_000_000 }, interactions)).toEqual({
      activityScore: 100,
      breakdown: { recency: 40, engagement: 30, budget: 20, status: 10 },
      lastContactAt: asOf,
      counts: { meeting: 33_334, call: 33_333, email: 33_333 },
    });
  });

  it('has caps that add up to 100', () => {
    expect(SCORE_FACTORS.reduce((sum, factor) => sum + SCORING_PARAMETERS[factor].cap, 0)).toBe(100);
  });
});
