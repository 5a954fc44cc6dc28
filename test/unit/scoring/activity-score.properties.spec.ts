import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { RULES_OF_VERSION_1, type ScoringRules } from '../../../src/leads/scoring/scoring-rules.js';
import { scoringRules } from '../../support/scoring-rules.js';
import {
  calculateActivityScore,
  SCORE_FACTORS,
  type ScoredLead,
  scoreOf,
} from '../../../src/leads/scoring/activity-score.js';
import {
  type ContactState,
  contactStateOf,
  INTERACTION_KINDS,
  noContact,
  type ScoredInteraction,
  withContact,
} from '../../../src/leads/scoring/contact-state.js';

const DAY = 86_400_000;
const asOf = new Date('2026-03-10T12:00:00Z');
const RUNS = { numRuns: 2000 };

/** Two calculations of the same value may differ by this much, because of rounding errors. */
const NOISE = 1e-9;

const leads: fc.Arbitrary<ScoredLead> = fc.record({
  budget: fc.oneof(
    fc.constantFrom(null, 0, -1, NaN, Infinity, 50_000, 100_000, 150_000, 200_000, 250_000),
    fc.double({ min: 0, max: 500_000, noNaN: true }),
    fc.double(),
  ),
  status: fc.oneof(
    fc.constantFrom('new', 'contacted', 'qualified', 'proposal', 'negotiation', 'won', 'converted', 'WON'),
    fc.constantFrom('lost', 'Closed-Lost', 'unqualified', 'closed won', 'somewhere', '', '__proto__'),
    fc.string(),
  ),
});

/** Today's rules, or any others, with a lead that meets fit criteria. */
const cases = fc
  .tuple(
    fc.oneof(fc.constant(RULES_OF_VERSION_1), scoringRules),
    leads,
    fc.oneof(fc.constantFrom(0, 0.5, 1), fc.double({ min: 0, max: 1, noNaN: true })),
  )
  .map(([rules, lead, share]) => ({ rules, lead: { ...lead, fit: Math.floor(share * rules.fit.cap) } }));

/** Includes whole half-lives, because their values are round and produce ties and exact halves. */
const agesOver = (lowestDays: number) =>
  fc.oneof(
    fc.constantFrom(
      ...[0, 1 / DAY, 14, 28, 30, 56, 420, -1 / DAY, -29, -30, -31]
        .filter((days) => days >= lowestDays)
        .map((days) => days * DAY),
    ),
    fc.integer({ min: lowestDays * DAY, max: 120 * DAY }),
    fc.integer({ min: lowestDays * DAY, max: 40_000 * DAY }),
  );

const interactionsAged = (ages: fc.Arbitrary<number>): fc.Arbitrary<ScoredInteraction> =>
  fc.record({
    type: fc.constantFrom('meeting' as const, 'call' as const, 'email' as const),
    direction: fc.constantFrom(undefined, null, 'inbound' as const, 'outbound' as const),
    date: ages.map((age) => new Date(asOf.getTime() - age)),
  });

const anyInteraction = interactionsAged(agesOver(-90));
const pastInteraction = interactionsAged(agesOver(0));
const anyInteractions = fc.array(anyInteraction, { maxLength: 25 });

const isOutboundEmail = ({ type, direction }: ScoredInteraction) =>
  type === 'email' && direction === 'outbound';
const isLostStatus = (status: string) =>
  /^(lost|closed[ _-]lost|disqualified|unqualified)$/.test(status.toLowerCase());

/** The formula of docs/scoring.md, implemented independently and directly from the interactions. */
function unroundedValues(
  { recency, engagement, budget, status, lostScoresZero }: ScoringRules,
  lead: ScoredLead,
  interactions: readonly ScoredInteraction[],
  at: Date,
): number[] {
  if (lostScoresZero && isLostStatus(lead.status)) return [0, 0, 0, 0, 0];
  const ages = interactions.map((interaction) => ({
    ...interaction,
    days: (at.getTime() - interaction.date.getTime()) / DAY,
    isContact: !isOutboundEmail(interaction),
  }));
  const contacts = ages.filter(({ isContact }) => isContact);
  const isPlanned = contacts.some(({ days }) => days < 0 && days >= -recency.horizonDays);
  const youngest = isPlanned
    ? 0
    : Math.min(...contacts.filter(({ days }) => days >= 0).map(({ days }) => days));
  const { outboundEmail, ...weights } = engagement.weights;
  const weighted = ages
    .filter(({ days }) => days >= 0)
    .reduce(
      (sum, { type, days, isContact }) =>
        sum + (isContact ? weights[type] : outboundEmail) * 0.5 ** (days / engagement.halfLifeDays),
      0,
    );
  const amount = lead.budget ?? 0;
  const key = lead.status.toLowerCase().replace(/[ -]/g, '_');
  return [
    youngest === Infinity ? 0 : recency.cap * 0.5 ** (youngest / recency.halfLifeDays),
    engagement.cap * (1 - 0.5 ** (weighted / engagement.halfCapPoints)),
    amount > 0 ? budget.cap * (1 - 0.5 ** (amount / budget.halfCapBudget)) : 0,
    status.points.find((one) => one.status === key)?.points ?? status.otherwise,
    lead.fit ?? 0,
  ];
}

/** Of the 32 ways to round five values to a total, returns the one that rounds up the largest remainders. */
function largestRemainders(values: readonly number[], total: number): number[] {
  let best: { points: number[]; claims: number[] } | undefined;
  // Counts down with the first factor as the highest bit, so that the first factor wins a tie.
  for (let choice = 31; choice >= 0; choice -= 1) {
    const isUp = [16, 8, 4, 2, 1].map((bit) => (choice & bit) !== 0);
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

/** Whether rounding errors decide which of two remainders is larger, or whether a value is whole. */
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

/** Whether rounding errors decide how a total is rounded. */
const isAtABoundary = (total: number): boolean => Math.abs(total + 0.5 - Math.round(total + 0.5)) <= NOISE;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const total = (
  rules: ScoringRules,
  lead: ScoredLead,
  interactions: readonly ScoredInteraction[],
  at: Date,
): number => sum(unroundedValues(rules, lead, interactions, at));

const after = (instant: Date, ms: number) => new Date(instant.getTime() + ms);

describe('calculateActivityScore, for any data', () => {
  it('returns a whole score from 0 to 100, which is the sum of the breakdown', () => {
    fc.assert(
      fc.property(cases, anyInteractions, ({ rules, lead }, interactions) => {
        const { activityScore, breakdown } = calculateActivityScore(lead, interactions, asOf, rules);
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
      fc.property(cases, anyInteractions, ({ rules, lead }, interactions) => {
        const { breakdown } = calculateActivityScore(lead, interactions, asOf, rules);
        const values = unroundedValues(rules, lead, interactions, asOf);
        SCORE_FACTORS.forEach((factor, i) => {
          expect(Number.isInteger(breakdown[factor])).toBe(true);
          expect(breakdown[factor]).toBeGreaterThanOrEqual(0);
          expect(breakdown[factor]).toBeLessThanOrEqual(rules[factor].cap);
          expect(Math.abs(breakdown[factor] - (values[i] ?? NaN))).toBeLessThan(1 + NOISE);
        });
      }),
      RUNS,
    );
  });

  it('follows the formula, and gives the missing points to the largest remainders', () => {
    fc.assert(
      fc.property(cases, anyInteractions, ({ rules, lead }, interactions) => {
        const values = unroundedValues(rules, lead, interactions, asOf);
        fc.pre(!isAtABoundary(sum(values)) && !isDecidedByNoise(values));
        const { activityScore, breakdown } = calculateActivityScore(lead, interactions, asOf, rules);
        expect(activityScore).toBe(Math.floor(sum(values) + 0.5));
        expect(SCORE_FACTORS.map((factor) => breakdown[factor])).toEqual(
          largestRemainders(values, activityScore),
        );
      }),
      RUNS,
    );
  });

  it('gives a point to the first factor if remainders tie', () => {
    // Recency 2.5 and budget 17.5 tie. The number of e-mails changes the remainder of engagement, so one point,
    // two points or none are missing.
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.constantFrom('won', 'new'), (emails, status) => {
        const lead = { status, budget: 150_000 };
        const email = { type: 'email' as const, date: after(asOf, -56 * DAY) };
        const interactions = Array.from({ length: emails }, () => email);
        const values = unroundedValues(RULES_OF_VERSION_1, lead, interactions, asOf);
        expect([values[0], values[2]]).toEqual([2.5, 17.5]);
        const { activityScore, breakdown } = calculateActivityScore(lead, interactions, asOf);
        expect(SCORE_FACTORS.map((factor) => breakdown[factor])).toEqual(
          largestRemainders(values, activityScore),
        );
      }),
      RUNS,
    );
  });

  it('never lowers a score for another interaction', () => {
    fc.assert(
      fc.property(cases, anyInteractions, anyInteraction, ({ rules, lead }, interactions, another) => {
        fc.pre(!isAtABoundary(total(rules, lead, interactions, asOf)));
        const before = calculateActivityScore(lead, interactions, asOf, rules);
        const afterwards = calculateActivityScore(lead, [...interactions, another], asOf, rules);
        expect(afterwards.activityScore).toBeGreaterThanOrEqual(before.activityScore);
      }),
      RUNS,
    );
  });

  it('never raises a score as time passes, except at the two instants of a planned contact', () => {
    fc.assert(
      fc.property(cases, anyInteractions, agesOver(0), ({ rules, lead }, interactions, wait) => {
        // Until `later`, no interaction takes place, and no contact comes within the horizon.
        const later = after(asOf, wait);
        const uneventful = interactions.filter((interaction) => {
          const events = [interaction.date, after(interaction.date, -rules.recency.horizonDays * DAY)];
          return events.every((event) => event <= asOf || event > later);
        });
        const before = calculateActivityScore(lead, uneventful, asOf, rules);
        const afterwards = calculateActivityScore(lead, uneventful, later, rules);
        expect(afterwards.activityScore).toBeLessThanOrEqual(before.activityScore);
      }),
      RUNS,
    );
  });

  it('does not depend on the order of interactions', () => {
    fc.assert(
      fc.property(cases, shuffles(anyInteraction), ({ rules, lead }, [interactions, shuffled]) => {
        const values = unroundedValues(rules, lead, interactions, asOf);
        fc.pre(!isAtABoundary(sum(values)) && !isDecidedByNoise(values));
        const one = calculateActivityScore(lead, shuffled, asOf, rules);
        const other = calculateActivityScore(lead, interactions, asOf, rules);
        expect({ ...one, validUntil: null }).toEqual({ ...other, validUntil: null });
      }),
      RUNS,
    );
  });

  it('does not change its arguments', () => {
    fc.assert(
      fc.property(cases, anyInteractions, ({ rules, lead }, interactions) => {
        const copy = structuredClone({ rules, lead, interactions });
        calculateActivityScore(lead, interactions, asOf, rules);
        expect({ rules, lead, interactions }).toEqual(copy);
      }),
      { numRuns: 200 },
    );
  });
});

/** Interactions, and the same interactions in another order. */
const shuffles = (interaction: fc.Arbitrary<ScoredInteraction>) =>
  fc
    .array(interaction, { minLength: 2, maxLength: 40 })
    .chain((interactions) =>
      fc.tuple(
        fc.constant(interactions),
        fc.shuffledSubarray(interactions, { minLength: interactions.length }),
      ),
    );

/** Sums in another order differ in their last bits. */
const closeTo = (state: ContactState) => ({
  ...state,
  weights: Object.fromEntries(
    INTERACTION_KINDS.map((kind) => [kind, expect.closeTo(state.weights[kind], 9) as unknown]),
  ),
});

describe('the contact state', () => {
  it('is the same if interactions are added one at a time, in any order', () => {
    fc.assert(
      fc.property(shuffles(pastInteraction), ([interactions, shuffled]) => {
        const latest = Math.max(...interactions.map(({ date }) => date.getTime()));
        const weightOf = (isOfKind: (interaction: ScoredInteraction) => boolean) =>
          interactions
            .filter(isOfKind)
            .reduce((weight, { date }) => weight + 0.5 ** ((latest - date.getTime()) / DAY / 30), 0);
        const state = shuffled.reduce(withContact, noContact(30));
        expect(state).toEqual(closeTo(contactStateOf(interactions, asOf)));
        expect(state.lastInteractionAt).toEqual(new Date(latest));
        const weights = {
          meeting: weightOf(({ type }) => type === 'meeting'),
          call: weightOf(({ type }) => type === 'call'),
          email: weightOf((interaction) => interaction.type === 'email' && !isOutboundEmail(interaction)),
          outboundEmail: weightOf(isOutboundEmail),
        };
        for (const kind of INTERACTION_KINDS) expect(state.weights[kind]).toBeCloseTo(weights[kind], 9);
      }),
      RUNS,
    );
  });

  it('is enough to score any instant up to the next planned interaction', () => {
    fc.assert(
      fc.property(cases, anyInteractions, agesOver(0), ({ rules, lead }, interactions, wait) => {
        const state = contactStateOf(interactions, asOf, rules.engagement.halfLifeDays);
        const later = after(asOf, wait);
        fc.pre(state.nextInteractionAt === null || later < state.nextInteractionAt);
        fc.pre(!isAtABoundary(total(rules, lead, interactions, later)));
        expect(scoreOf(rules, lead, state, later).activityScore).toBe(
          Math.floor(total(rules, lead, interactions, later) + 0.5),
        );
      }),
      RUNS,
    );
  });
});

describe('validUntil', () => {
  it('guarantees the same score at every earlier instant', () => {
    fc.assert(
      fc.property(
        cases,
        anyInteractions,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 10, maxLength: 10 }),
        ({ rules, lead }, interactions, shares) => {
          fc.pre(!isAtABoundary(total(rules, lead, interactions, asOf)));
          const { activityScore, validUntil } = calculateActivityScore(lead, interactions, asOf, rules);
          const end = validUntil ?? after(asOf, 40_000 * DAY);
          const last = end.getTime() - asOf.getTime() - 1;
          fc.pre(last >= 0);
          for (const wait of [...shares.map((share) => Math.floor(share * last)), last]) {
            const exact = total(rules, lead, interactions, after(asOf, wait));
            if (isAtABoundary(exact)) continue;
            expect([wait, Math.floor(exact + 0.5)]).toEqual([wait, activityScore]);
          }
        },
      ),
      RUNS,
    );
  });

  it('is at the latest the instant at which the score changes', () => {
    fc.assert(
      fc.property(cases, anyInteractions, agesOver(0), ({ rules, lead }, interactions, wait) => {
        const { activityScore, validUntil } = calculateActivityScore(lead, interactions, asOf, rules);
        const later = after(asOf, wait);
        const exact = total(rules, lead, interactions, later);
        fc.pre(!isAtABoundary(exact) && Math.floor(exact + 0.5) !== activityScore);
        expect(validUntil).not.toBeNull();
        expect(validUntil?.getTime()).toBeLessThanOrEqual(later.getTime());
      }),
      RUNS,
    );
  });

  it('is late enough: a year takes fewer than three evaluations for each change', () => {
    let changes = 0;
    let evaluations = 0;
    fc.assert(
      fc.property(leads, fc.array(pastInteraction, { minLength: 1, maxLength: 25 }), (lead, interactions) => {
        fc.pre(interactions.some((interaction) => asOf.getTime() - interaction.date.getTime() < 30 * DAY));
        const state = contactStateOf(interactions, asOf);
        let { activityScore, validUntil } = scoreOf(RULES_OF_VERSION_1, lead, state, asOf);
        while (validUntil !== null && validUntil < after(asOf, 365 * DAY)) {
          // Like a refresher that runs every minute.
          const next = scoreOf(RULES_OF_VERSION_1, lead, state, after(validUntil, 60_000));
          evaluations += 1;
          if (next.activityScore !== activityScore) changes += 1;
          ({ activityScore, validUntil } = next);
        }
      }),
      { numRuns: 300, seed: 1 },
    );
    expect(changes).toBeGreaterThan(5_000);
    expect(evaluations / changes).toBeLessThan(3);
  });
});
