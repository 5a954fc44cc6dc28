import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  calculateActivityScore,
  type LeadWithFit,
  type ScoredLead,
} from '../../../src/leads/scoring/activity-score.js';
import {
  type ContactHistory,
  type DatedInteraction,
  type LeadChange,
  plannedContact,
} from '../../../src/leads/scoring/contact-history.js';
import {
  contactStateOf,
  isContact,
  type ScoredInteraction,
} from '../../../src/leads/scoring/contact-state.js';
import { RULES_OF_VERSION_1 } from '../../../src/leads/scoring/scoring-rules.js';
import { instantBelow, scoreTimeline } from '../../../src/leads/scoring/score-timeline.js';

const DAY = 86_400_000;
const base = new Date('2026-03-10T12:00:00Z');
const END = new Date('9999-12-31T23:59:59.999Z');

const after = (instant: Date, ms: number) => new Date(instant.getTime() + ms);

function withoutFit(lead: ScoredLead): LeadWithFit {
  return { ...lead, fit: 0, fitMatches: '0' };
}

/** An interaction with the instant at which it was recorded. */
type Recorded = ScoredInteraction & { readonly recordedAt: Date };

const LEAD: LeadWithFit = withoutFit({ budget: 50_000, status: 'qualified' });

const LONG_AGO = new Date('2020-01-01T00:00:00Z');

/** @param days after `base` */
const on = (
  days: number,
  kind: Omit<ScoredInteraction, 'date'> = { type: 'call' },
  recordedAt = LONG_AGO,
): Recorded => ({
  ...kind,
  date: after(base, days * DAY),
  recordedAt,
});

/** The interactions known at an instant: those that have taken place or were recorded by then. */
const knownAt = (interactions: readonly Recorded[], at: Date): Recorded[] =>
  interactions.filter(({ date, recordedAt }) => date <= at || recordedAt <= at);

/** The budget and the status at an instant. @param lead the first ones @param changes in ascending order */
const leadAt = (lead: ScoredLead, changes: readonly LeadChange[], at: Date): ScoredLead =>
  changes.findLast((change) => change.at <= at)?.lead ?? lead;

/** Returns the history like the query of the database. */
function historyOf(
  lead: ScoredLead,
  interactions: readonly Recorded[],
  at: Date,
  until: Date,
  changes: readonly LeadChange[] = [],
): ContactHistory {
  const sorted = interactions
    .map((interaction, id) => ({ ...interaction, id }))
    .sort((a, b) => a.date.getTime() - b.date.getTime() || a.id - b.id);
  const [contactAfterwards = null] = sorted
    .filter((interaction) => interaction.date > until && isContact(interaction))
    .map(({ date, recordedAt }) => plannedContact(date, recordedAt, RULES_OF_VERSION_1.recency.horizonDays))
    .sort((one, other) => one.from - other.from);
  return {
    rules: RULES_OF_VERSION_1,
    at,
    lead: withoutFit(leadAt(lead, changes, at)),
    leadChanges: changes.filter((change) => change.at > at && change.at <= until),
    state: contactStateOf(knownAt(interactions, at), at),
    interactions: sorted.filter(({ date }) => date > at && date <= until),
    contactAfterwards,
  };
}

function timelineOf(
  interactions: readonly Recorded[],
  from: Date,
  to: Date,
  count: number,
  lead = LEAD,
  changes: readonly LeadChange[] = [],
) {
  return scoreTimeline(historyOf(lead, interactions, after(from, -1), to, changes), from, to, count);
}

const leads = fc
  .record({
    budget: fc.constantFrom(null, 0, 10_000, 50_000, 250_000),
    status: fc.constantFrom('new', 'proposal', 'won', 'lost'),
  })
  .map(withoutFit);
const offsets = fc.oneof(
  fc.integer({ min: -200 * DAY, max: 200 * DAY }),
  fc.constantFrom(0, 1, -1, 30 * DAY, 60 * DAY, -30 * DAY),
);
const interactions = fc.array(
  fc.record({
    type: fc.constantFrom('meeting' as const, 'call' as const, 'email' as const),
    direction: fc.constantFrom(null, 'inbound' as const, 'outbound' as const),
    date: offsets.map((offset) => after(base, offset)),
    recordedAt: offsets.map((offset) => after(base, offset)),
  }),
  { maxLength: 12 },
);
const changesOfLead = fc
  .array(fc.record({ at: offsets.map((offset) => after(base, offset)), lead: leads }), { maxLength: 5 })
  .map((changes) =>
    changes.toSorted((one, other) => +one.at - +other.at).map((change, id) => ({ ...change, id })),
  );
const ranges = fc
  .tuple(offsets, offsets)
  .map(([one, other]) => [after(base, Math.min(one, other)), after(base, Math.max(one, other))] as const);

describe('scoreTimeline', () => {
  it('has the correct score at each instant', () => {
    fc.assert(
      fc.property(
        leads,
        changesOfLead,
        interactions,
        ranges,
        fc.integer({ min: 1, max: 40 }),
        (first, changes, given, range, count) => {
          const [from, to] = range;
          const points = timelineOf(given, from, to, count, first, changes);
          // If several interactions have one instant, the last point has the score after all of them.
          for (const point of points.filter(({ at }, index) => +at !== +(points[index + 1]?.at ?? NaN))) {
            const lead = leadAt(first, changes, point.at);
            const { activityScore } = calculateActivityScore(lead, knownAt(given, point.at), point.at);
            // Sums in another order can differ in the last bits, which may decide between two scores.
            expect(Math.abs(point.after - activityScore)).toBeLessThanOrEqual(
              isNearBoundary(lead, given, point.at),
            );
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('has a point at each change of the budget or the status, and its scores continue each other', () => {
    fc.assert(
      fc.property(leads, changesOfLead, interactions, ranges, (first, changes, given, [from, to]) => {
        const points = timelineOf(given, from, to, 2, first, changes);
        const seen = changes.map(({ at, lead }, index) => ({
          at,
          lead,
          before: changes[index - 1]?.lead ?? first,
        }));
        const inputs = ({ status, budget }: ScoredLead) => `${status} ${budget ?? 'none'}`;
        const times = points.filter(({ interaction }) => interaction === null).map(({ at }) => at.getTime());
        for (const { at } of seen.filter(({ lead, before }) => inputs(lead) !== inputs(before))) {
          if (at >= from && at <= to) expect(times).toContain(+at);
        }
        points.forEach(({ at, before }, index) => {
          const previous = points[index - 1];
          if (previous !== undefined && +previous.at === +at) expect(before).toBe(previous.after);
        });
      }),
      { numRuns: 300 },
    );
  });

  it('has the scores before and after a change, and no point for a change of something else', () => {
    const lost = withoutFit({ budget: 50_000, status: 'lost' });
    const changes = [
      { id: 1, at: after(base, DAY), lead: lost },
      { id: 2, at: after(base, 2 * DAY), lead: { ...lost } },
      { id: 3, at: after(base, 3 * DAY), lead: withoutFit({ budget: 0, status: 'new' }) },
    ];
    const points = timelineOf([on(0)], after(base, -DAY), after(base, 4 * DAY), 1, LEAD, changes);
    expect(
      points.map(({ at, before, after: score, interaction }) => [
        (+at - +base) / DAY,
        before,
        score,
        interaction?.type ?? null,
      ]),
    ).toEqual([
      [-1, 57, 57, null],
      [0, 57, 63, 'call'],
      [1, 61, 0, null],
      [3, 0, 43, null],
    ]);
  });

  it('has the regular instants with both ends, each interaction, and each start of full recency, in order', () => {
    fc.assert(
      fc.property(
        leads,
        interactions,
        ranges,
        fc.integer({ min: 2, max: 40 }),
        (lead, given, [from, to], count) => {
          const points = timelineOf(given, from, to, count, lead);
          const times = points.map(({ at }) => at.getTime());
          expect(times).toEqual(times.toSorted((a, b) => a - b));
          const caused = points.flatMap(({ interaction }) => interaction ?? []);
          const inRange = given
            .map((interaction, id): DatedInteraction => ({ ...interaction, id }))
            .filter(({ date }) => date >= from && date <= to);
          expect(caused.toSorted((a, b) => a.id - b.id)).toEqual(inRange);
          expect(
            points.every(({ at, interaction }) => interaction === null || +interaction.date === +at),
          ).toBe(true);
          for (let index = 0; index < count; index += 1) {
            expect(times).toContain(Math.round(+from + (index * (+to - +from)) / (count - 1)));
          }
          // The instants at which a planned contact makes recency full.
          const planned = given
            .filter(isContact)
            .map(({ date, recordedAt }) => ({ date, from: Math.max(+date - 30 * DAY, +recordedAt) }));
          for (const one of planned.filter(({ date, from: start }) => start < +date)) {
            const isNew = !planned.some((other) => other.from < one.from && +other.date > one.from);
            if (isNew && one.from >= +from && one.from <= +to) expect(times).toContain(one.from);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('has different scores before and after a jump, and the same score elsewhere', () => {
    const points = timelineOf([on(-40), on(40, { type: 'meeting' })], base, after(base, 60 * DAY), 2);
    // 40 · 2^(−40/14) = 5.52; 40 · 2^(−50/14) = 3.36 and, planned, 40.
    expect(
      points.map(({ at, before, after: score, interaction }) => [
        (+at - +base) / DAY,
        before,
        score,
        interaction?.type ?? null,
      ]),
    ).toEqual([
      [0, 25, 25, null],
      [10, 22, 59, null],
      [40, 58, 66, 'meeting'],
      [60, 38, 38, null],
    ]);
  });

  it('counts a contact as planned from the instant at which it was recorded', () => {
    const recorded = after(base, 12 * DAY);
    const given = [on(20, { type: 'meeting' }, recorded), on(-10), on(5, { type: 'call' }, recorded)];
    const points = timelineOf(given, base, after(base, 30 * DAY), 2);
    expect(
      points.map(({ at, before, after: score, interaction }) => [
        (+at - +base) / DAY,
        before < score,
        interaction?.type ?? null,
      ]),
    ).toEqual([
      [0, false, null],
      [5, true, 'call'],
      [12, true, null],
      [20, true, 'meeting'],
      [30, false, null],
    ]);
  });

  it('has one point for a range of one instant, or one for each interaction at that instant', () => {
    expect(timelineOf([], base, base, 60)).toHaveLength(1);
    const twice = timelineOf([on(0), on(0)], base, base, 60);
    expect(twice.map(({ interaction }) => interaction?.id)).toEqual([0, 1]);
    expect(twice[0]?.after).toBe(twice[1]?.before);
  });

  it('covers the years 1 to 9999', () => {
    const points = timelineOf([on(0)], new Date('0001-01-01T00:00:00Z'), END, 500);
    expect(points).toHaveLength(502);
    expect([points[0]?.after, points.at(-1)?.after]).toEqual([17, 17]);
  });
});

describe('instantBelow', () => {
  const falls = (given: readonly Recorded[], score: number, lead = LEAD, at = base) =>
    instantBelow(historyOf(lead, given, at, END), score, END);

  it('returns the first instant at which the score falls below the number, to the millisecond', () => {
    fc.assert(
      fc.property(leads, interactions, fc.integer({ min: 0, max: 100 }), (lead, given, number) => {
        const instant = falls(given, number, lead);
        const scoreAt = (ms: number) =>
          calculateActivityScore(lead, knownAt(given, new Date(ms)), new Date(ms)).activityScore;
        const last = instant?.getTime() ?? +base + 500 * DAY;
        if (instant !== null) {
          expect(instant > base).toBe(true);
          const tolerance = isNearBoundary(lead, given, instant);
          expect(scoreAt(last)).toBeLessThan(number + tolerance);
          expect(scoreAt(last - 1)).toBeGreaterThanOrEqual(number - tolerance);
        }
        // The score does not fall earlier.
        let wasAbove = false;
        for (let at = +base; at < last; at += 7 * DAY) {
          const isAbove = scoreAt(at) >= number;
          expect(wasAbove && !isAbove).toBe(false);
          wasAbove = isAbove;
        }
      }),
      { numRuns: 200 },
    );
  });

  it('counts planned interactions when they take place', () => {
    // 57 while the meeting is planned, 66 when it takes place.
    const day = (+(falls([on(20, { type: 'meeting' })], 57) ?? NaN) - +base) / DAY;
    expect(day).toBeGreaterThan(20);
    expect(day).toBeLessThan(30);
  });

  it('returns null if the score never falls so low, is below already, or the lead is lost', () => {
    expect(falls([on(0)], 17)).toBeNull();
    expect(falls([on(0)], 0)).toBeNull();
    expect(falls([on(0)], 100)).toBeNull();
    expect(falls([on(0)], 10, withoutFit({ budget: 50_000, status: 'lost' }))).toBeNull();
  });

  it('returns the fall after a later rise if the score is below now', () => {
    const instant = falls([on(60, { type: 'meeting' })], 50);
    expect(instant !== null && instant > after(base, 60 * DAY)).toBe(true);
  });

  it('returns null if the score falls after the last instant of the API', () => {
    expect(falls([{ type: 'meeting', date: END, recordedAt: LONG_AGO }], 20)).toBeNull();
  });
});

/** Returns 1 if rounding errors decide the score, or it changes at that instant; otherwise 0. */
function isNearBoundary(lead: ScoredLead, given: readonly Recorded[], at: Date): number {
  const scoreAt = (instant: Date) => calculateActivityScore(lead, knownAt(given, instant), instant);
  const { validUntil } = scoreAt(at);
  const isSame = scoreAt(after(at, -2)).activityScore === scoreAt(after(at, 2)).activityScore;
  return !isSame || (validUntil !== null && +validUntil - +at < 3) ? 1 : 0;
}
