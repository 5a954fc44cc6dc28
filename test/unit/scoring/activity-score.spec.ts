import { describe, expect, it } from 'vitest';
import { calculateActivityScore, SCORE_FACTORS } from '../../../src/leads/scoring/activity-score.js';
import { contactStateOf, type ScoredInteraction } from '../../../src/leads/scoring/contact-state.js';
import { RULES_OF_VERSION_1 } from '../../../src/leads/scoring/scoring-rules.js';
import { EXAMPLES_AS_OF, WORKED_EXAMPLES } from '../../support/worked-examples.js';

const DAY = 86_400_000;
const asOf = EXAMPLES_AS_OF;

type Kind = Omit<ScoredInteraction, 'date'>;

const MEETING: Kind = { type: 'meeting' };
const CALL: Kind = { type: 'call' };
const EMAIL: Kind = { type: 'email' };
const OUTBOUND_EMAIL: Kind = { type: 'email', direction: 'outbound' };

/** @param offset in milliseconds from `asOf`; a positive one is planned */
const at = (kind: Kind, offset: number): ScoredInteraction => ({
  ...kind,
  date: new Date(asOf.getTime() + offset),
});

const daysAgo = (kind: Kind, ...ages: number[]) => ages.map((age) => at(kind, -age * DAY));

function score(
  lead: { budget?: number | null; status?: string },
  interactions: readonly ScoredInteraction[] = [],
  instant = asOf,
) {
  return calculateActivityScore({ budget: null, status: 'new', ...lead }, interactions, instant);
}

describe('calculateActivityScore', () => {
  it.each(WORKED_EXAMPLES)(
    'scores $name',
    ({ lead, interactions, at: instant, activityScore, points: expected }) => {
      const result = score(lead, interactions, instant);
      expect(result.activityScore).toBe(activityScore);
      expect(SCORE_FACTORS.map((factor) => result.breakdown[factor])).toEqual([...expected, 0]);
    },
  );

  it.each([
    ['new', 3],
    ['contacted', 5],
    ['qualified', 7],
    ['proposal', 8],
    ['negotiation', 9],
    ['won', 10],
    ['closed_won', 10],
    ['converted', 10],
    ['QUALIFIED', 7],
    ['Closed Won', 10],
    ['on hold', 3],
    ['lost and found', 3],
    ['', 3],
    ['constructor', 3],
    ['__proto__', 3],
    ['toString', 3],
  ])('gives the status "%s" %d points', (status, points) => {
    expect(score({ status })).toMatchObject({ activityScore: points, breakdown: { status: points } });
  });

  it.each(['lost', 'Closed-Lost', 'CLOSED LOST', 'disqualified', 'Unqualified'])(
    'gives a lead with the status "%s" the score 0 permanently',
    (status) => {
      expect(score({ status, budget: 1_000_000 }, [at(MEETING, 0), ...daysAgo(CALL, 3)])).toEqual({
        activityScore: 0,
        breakdown: { recency: 0, engagement: 0, budget: 0, status: 0, fit: 0 },
        validUntil: null,
      });
    },
  );

  it.each([null, NaN, 0, -0, -50_000, -Infinity])('treats a budget of %d as missing', (budget) => {
    expect(score({ budget })).toMatchObject({ activityScore: 3, breakdown: { budget: 0 } });
  });

  it('gives half the cap for a budget of 50 000, and all of it for the largest budget', () => {
    expect(score({ budget: 50_000 }).breakdown.budget).toBe(10);
    expect(score({ budget: 99_999_999.99 }).breakdown.budget).toBe(20);
  });

  it('counts an interaction exactly at asOf', () => {
    expect(score({}, [at(CALL, 0)])).toMatchObject({
      activityScore: 49,
      breakdown: { recency: 40, engagement: 6, budget: 0, status: 3 },
    });
  });

  it('counts a contact one millisecond after asOf only for recency', () => {
    expect(score({}, [at(CALL, 1)])).toMatchObject({
      activityScore: 43,
      breakdown: { recency: 40, engagement: 0, budget: 0, status: 3 },
    });
  });

  it('gives full recency from exactly 30 days before a planned contact', () => {
    expect(score({}, [at(CALL, 30 * DAY)]).breakdown.recency).toBe(40);
    const early = score({}, [at(CALL, 30 * DAY + 1)]);
    expect(early.breakdown.recency).toBe(0);
    expect(early.validUntil).toEqual(new Date(asOf.getTime() + 1));
  });

  it('does not count an outbound e-mail as a contact, past or planned', () => {
    expect(score({}, [at(OUTBOUND_EMAIL, 0), at(OUTBOUND_EMAIL, DAY)])).toMatchObject({
      activityScore: 3,
      breakdown: { recency: 0 },
    });
  });

  it('uses the direction of e-mails only', () => {
    const outboundCall: Kind = { type: 'call', direction: 'outbound' };
    const inboundEmail: Kind = { type: 'email', direction: 'inbound' };
    expect(score({}, [at(outboundCall, 0)])).toEqual(score({}, [at(CALL, 0)]));
    expect(score({}, [at(inboundEmail, 0)])).toEqual(score({}, [at(EMAIL, 0)]));
  });

  it('does not count an interaction without a valid date', () => {
    expect(score({}, [{ type: 'meeting', date: new Date(NaN) }])).toEqual(score({}));
  });

  it('gives a contact of a century ago no points, but keeps its date', () => {
    const interactions = daysAgo(MEETING, 36_525);
    expect(score({}, interactions).activityScore).toBe(3);
    expect(contactStateOf(interactions, asOf).lastContactAt).toEqual(interactions[0]?.date);
  });

  it('gives a point to the first factor if remainders tie', () => {
    // 2.5 + 0.56 + 17.5 + 3: two points are missing; the larger remainder of engagement takes one.
    expect(score({ budget: 150_000 }, daysAgo(EMAIL, 56))).toMatchObject({
      activityScore: 24,
      breakdown: { recency: 3, engagement: 1, budget: 17, status: 3 },
    });
  });

  it('keeps 100 000 interactions within the caps', () => {
    const kinds = [MEETING, CALL, EMAIL];
    const interactions = Array.from({ length: 100_000 }, (_, i) => at(kinds[i % 3] ?? CALL, -i * 60_000));
    expect(score({ status: 'won', budget: 10_000_000 }, interactions)).toMatchObject({
      activityScore: 100,
      breakdown: { recency: 40, engagement: 30, budget: 20, status: 10 },
    });
  });

  it('has caps that add up to 100', () => {
    expect(SCORE_FACTORS.reduce((sum, factor) => sum + RULES_OF_VERSION_1[factor].cap, 0)).toBe(100);
  });
});

describe('contactStateOf', () => {
  it('returns the last and next interaction and contact, and the counts of past interactions', () => {
    const interactions = [
      ...daysAgo(EMAIL, 9, 4),
      ...daysAgo(OUTBOUND_EMAIL, 1, -1),
      ...daysAgo(MEETING, 2, 3, -8),
      ...daysAgo(CALL, 70, -5),
    ];
    expect(contactStateOf(interactions, asOf)).toMatchObject({
      lastInteractionAt: new Date(asOf.getTime() - DAY),
      lastContactAt: new Date(asOf.getTime() - 2 * DAY),
      nextInteractionAt: new Date(asOf.getTime() + DAY),
      nextContactAt: new Date(asOf.getTime() + 5 * DAY),
      counts: { meeting: 2, call: 1, email: 2, outboundEmail: 1 },
    });
  });
});
