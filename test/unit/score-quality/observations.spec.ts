import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { isLost, isOpen, isWon } from '../../../src/leads/lead-status.js';
import { contactPoints, leadPoints } from '../../../src/leads/scoring/activity-score.js';
import { contactStateOf, isContact } from '../../../src/leads/scoring/contact-state.js';
import { Landmarks } from '../../../src/score-quality/landmarks.js';
import type { InteractionVersion, LeadChange, LeadPast } from '../../../src/score-quality/lead-past.js';
import { RULES_OF_VERSION_1 } from '../../../src/leads/scoring/scoring-rules.js';
import { lateEntriesOf, observationsOf } from '../../../src/score-quality/observations.js';

const DAY = 86_400_000;

/** A Monday, so it is a landmark. */
const MONDAY = Date.UTC(2026, 2, 2);
const HORIZON_DAYS = 90;

/** Ten landmarks from `MONDAY` on. */
const LANDMARKS = new Landmarks(7, HORIZON_DAYS, new Date(MONDAY + (9 * 7 + HORIZON_DAYS) * DAY));
const FIRST = LANDMARKS.firstFrom(MONDAY);

const on = (day: number) => MONDAY + day * DAY;

/** @param day when the change takes effect and is recorded */
const change = (day: number, status: string, later: Partial<LeadChange> = {}): LeadChange => ({
  effectiveAt: on(day),
  recordedAt: on(day),
  status,
  budget: null,
  ...later,
});

const call = (day: number, later: Partial<InteractionVersion> = {}): InteractionVersion => ({
  type: 'call',
  date: new Date(on(day)),
  recordedAt: on(day),
  replacedAt: Infinity,
  ...later,
});

const observe = (changes: LeadChange[], interactions: InteractionVersion[] = []) => [
  ...observationsOf(RULES_OF_VERSION_1, { id: 1, changes, interactions }, LANDMARKS),
];

/** Calculates the observations from the definition: filters what was known at each landmark, and scores that. */
function bruteForce({ changes, interactions }: LeadPast) {
  return Array.from({ length: 10 }, (_, week) => FIRST + week).flatMap((landmark) => {
    const at = LANDMARKS.instantOf(landmark);
    const known = changes
      .filter(({ effectiveAt, recordedAt }) => effectiveAt <= at && recordedAt <= at)
      .at(-1);
    if (known === undefined || !isOpen(known.status)) return [];
    const versions = interactions.filter(({ recordedAt, replacedAt }) => recordedAt <= at && at < replacedAt);
    const past = versions.filter(({ date }) => date.getTime() <= at);
    const lastContact = Math.max(...past.filter(isContact).map(({ date }) => date.getTime()));
    const asOf = new Date(at);
    const { recency, engagement } = contactPoints(RULES_OF_VERSION_1, contactStateOf(versions, asOf), asOf);
    const { budget, status } = leadPoints(RULES_OF_VERSION_1, known);
    const becomes = (isOfKind: (status: string) => boolean) =>
      changes.some(
        ({ effectiveAt, status }, index) =>
          isOfKind(status) &&
          !isOfKind(changes[index - 1]?.status ?? '') &&
          effectiveAt > at &&
          effectiveAt <= at + HORIZON_DAYS * DAY,
      );
    return [
      {
        points: recency + engagement + budget + status,
        pointsWithoutStatus: recency + engagement + budget,
        rest: {
          landmark,
          daysSinceContact: Number.isFinite(lastContact) ? (at - lastContact) / DAY : null,
          interactionCount: past.length,
          isWon: becomes(isWon),
          isLost: becomes(isLost),
          wasClosed: !isOpen(changes.filter(({ effectiveAt }) => effectiveAt <= at).at(-1)?.status ?? 'new'),
        },
      },
    ];
  });
}

/** Days around the landmarks; often exactly a landmark, or the same as others. */
const days = fc.oneof(
  fc.integer({ min: -40, max: 200 }),
  fc.integer({ min: -4, max: 12 }).map((week) => 7 * week),
  fc.double({ min: -60, max: 120, noNaN: true }),
);
const instants = days.map((day) => Math.round(on(day)));

const changes: fc.Arbitrary<LeadChange[]> = fc
  .array(
    fc.record({
      effectiveAt: instants,
      recordedAt: instants,
      status: fc.constantFrom('new', 'contacted', 'Negotiation', 'won', 'Closed Won', 'lost', 'somewhere'),
      budget: fc.constantFrom(null, 0, 20_000, 75_000.5),
    }),
    { maxLength: 8 },
  )
  .map((list) => list.toSorted((one, other) => one.effectiveAt - other.effectiveAt));

/** The versions of an interaction, each known from the replacement of the previous one. */
const versions: fc.Arbitrary<InteractionVersion[]> = fc
  .tuple(
    fc.array(
      fc.record({
        type: fc.constantFrom('meeting' as const, 'call' as const, 'email' as const),
        direction: fc.constantFrom(null, 'inbound' as const, 'outbound' as const),
        date: instants.map((instant) => new Date(instant)),
        recordedAt: instants,
      }),
      { minLength: 1, maxLength: 3 },
    ),
    fc.option(instants, { nil: Infinity }),
  )
  .map(([list, deletedAt]) =>
    list
      .toSorted((one, other) => one.recordedAt - other.recordedAt)
      .map((version, index, all) => ({ ...version, replacedAt: all[index + 1]?.recordedAt ?? deletedAt })),
  );
const pasts: fc.Arbitrary<LeadPast> = fc.record({
  id: fc.nat(),
  changes,
  interactions: fc.array(versions, { maxLength: 8 }).map((list) => list.flat()),
});

describe('observationsOf', () => {
  it('agrees with a calculation from the definition, for random pasts', () => {
    fc.assert(
      fc.property(pasts, (past) => {
        const observed = [...observationsOf(RULES_OF_VERSION_1, past, LANDMARKS)].filter(
          ({ landmark }) => landmark >= FIRST,
        );
        const expected = bruteForce(past);
        expect(observed).toEqual(expected.map(({ rest }, index) => ({ ...observed[index], ...rest })));
        for (const [index, { points, pointsWithoutStatus }] of expected.entries()) {
          const { score = NaN, scoreWithoutStatus = NaN } = observed[index] ?? {};
          // Sums in another order can differ in the last bits, which may decide between two scores.
          expect(Math.abs(score - points)).toBeLessThanOrEqual(0.5 + 1e-9);
          expect(Math.abs(scoreWithoutStatus - pointsWithoutStatus)).toBeLessThanOrEqual(0.5 + 1e-9);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('observes an open lead at each landmark from the one at which it is known', () => {
    const observed = observe([change(3, 'new')]);
    expect(observed.map(({ landmark }) => landmark)).toEqual(
      Array.from({ length: 9 }, (_, week) => FIRST + 1 + week),
    );
  });

  it('counts an outcome exactly within the horizon', () => {
    const wonOn = (day: number) => observe([change(0, 'new'), change(day, 'won')])[0]?.isWon;
    expect(wonOn(HORIZON_DAYS)).toBe(true);
    expect(wonOn(HORIZON_DAYS + 1 / DAY)).toBe(false);
    const observed = observe([change(0, 'new'), change(14, 'won')]);
    expect(observed.map(({ landmark, isWon }) => [landmark - FIRST, isWon])).toEqual([
      [0, true],
      [1, true],
    ]);
  });

  it('observes a lead again after it was reopened, with the outcome that follows', () => {
    const observed = observe([
      change(0, 'new'),
      change(8, 'lost'),
      change(20, 'contacted'),
      change(110, 'converted'),
    ]);
    expect(observed.map(({ landmark, isWon, isLost }) => [landmark - FIRST, isWon, isLost])).toEqual([
      [0, false, true],
      [1, false, true],
      ...[3, 4, 5, 6, 7, 8, 9].map((week) => [week, true, false]),
    ]);
  });

  it('does not take a change from one won status to another as an outcome', () => {
    const late = { recordedAt: on(200) };
    const observed = observe([change(0, 'new'), change(1, 'won', late), change(30, 'converted', late)]);
    expect(observed.map(({ isWon }) => isWon)).toEqual([true, ...new Array<boolean>(9).fill(false)]);
    expect(observed.map(({ wasClosed }) => wasClosed)).toEqual([false, ...new Array<boolean>(9).fill(true)]);
  });

  it('uses an earlier version of an interaction until it was replaced', () => {
    const moved = [
      call(1, { replacedAt: on(10) }),
      call(8, { recordedAt: on(10), replacedAt: on(21) }),
      call(50, { recordedAt: on(21) }),
    ];
    const days = observe([change(0, 'new')], moved).map(({ daysSinceContact }) => daysSinceContact);
    expect(days).toEqual([null, 6, 6, null, null, null, null, null, 6, 13]);
  });

  it('counts a planned contact within its horizon only while it is known', () => {
    const planned = call(40, { recordedAt: on(12), replacedAt: on(30) });
    const scores = observe([change(0, 'new')], [planned]).map(({ score }) => score);
    expect(scores).toEqual([3, 3, 43, 43, 43, 3, 3, 3, 3, 3]);
  });
});

/** The past of a lead that is won on day 60. */
const wonLead: LeadPast = {
  id: 7,
  changes: [change(-10, 'contacted', { budget: 10_000 }), change(60, 'won', { budget: 10_000 })],
  interactions: [call(-3), call(20), call(33.3), call(100)],
};

describe('an entry that was recorded later', () => {
  const observed = [...observationsOf(RULES_OF_VERSION_1, wonLead, LANDMARKS)];
  const late = { recordedAt: on(70) };
  it.each<[string, LeadPast]>([
    ['interaction', { ...wonLead, interactions: [...wonLead.interactions, call(30, late)] }],
    ['planned interaction', { ...wonLead, interactions: [...wonLead.interactions, call(64, late)] }],
    [
      'budget',
      {
        ...wonLead,
        changes: wonLead.changes.toSpliced(1, 0, change(5, 'contacted', { budget: 1e6, ...late })),
      },
    ],
    ['status', { ...wonLead, changes: wonLead.changes.toSpliced(1, 0, change(5, 'negotiation', late)) }],
    [
      'moved interaction',
      {
        ...wonLead,
        interactions: [call(-3), call(20, { replacedAt: on(70) }), call(34, late), call(33.3), call(100)],
      },
    ],
    [
      'deletion of an interaction',
      { ...wonLead, interactions: [call(-3), call(20, { replacedAt: on(70) }), call(33.3), call(100)] },
    ],
  ])('%s does not change an observation', (_, past) => {
    expect(observed).toHaveLength(10);
    expect([...observationsOf(RULES_OF_VERSION_1, past, LANDMARKS)]).toEqual(observed);
  });
});

describe('lateEntriesOf', () => {
  it('counts what took effect by a landmark and was recorded after it', () => {
    const past: LeadPast = {
      id: 1,
      changes: [
        change(1, 'new'),
        change(1, 'contacted', { recordedAt: on(7) }),
        change(1, 'qualified', { recordedAt: on(7.1) }),
        change(7, 'proposal', { recordedAt: on(8) }),
        change(64, 'negotiation', { recordedAt: on(200) }),
      ],
      interactions: [call(1), call(13, { recordedAt: on(15) }), call(13, { recordedAt: on(14) })],
    };
    expect(lateEntriesOf(past, LANDMARKS)).toEqual({ changes: 2, interactions: 1 });
  });
});

describe('Landmarks', () => {
  it('are Mondays at midnight, regardless of the moment of the evaluation', () => {
    for (const hours of [0, 1, 167]) {
      const landmarks = new Landmarks(7, 90, new Date(on(90) + hours * 3_600_000));
      expect(new Date(landmarks.instantOf(landmarks.last)).toISOString()).toBe('2026-03-02T00:00:00.000Z');
      expect(landmarks.countFrom(FIRST - 3)).toBe(4);
      expect(landmarks.incompleteCountFrom(FIRST - 3)).toBe(hours === 167 ? 13 : 12);
    }
  });

  it('are complete as soon as the horizon is over', () => {
    const before = new Landmarks(7, 90, new Date(on(90) - 1));
    expect(new Date(before.instantOf(before.last)).toISOString()).toBe('2026-02-23T00:00:00.000Z');
    expect(before.countFrom(FIRST)).toBe(0);
    expect(before.incompleteCountFrom(FIRST)).toBe(13);
    expect(before.incompleteCountFrom(FIRST + 5)).toBe(8);
  });
});
