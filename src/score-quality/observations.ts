import { contactPoints, leadPoints, wholeScore } from '../leads/scoring/activity-score.js';
import type { ScoringRules } from '../leads/scoring/scoring-rules.js';
import { isLost, isOpen, isWon } from '../leads/lead-status.js';
import { KnownContacts } from './known-contacts.js';
import type { Landmarks } from './landmarks.js';
import type { LeadChange, LeadPast } from './lead-past.js';

const MS_A_DAY = 86_400_000;

/** What was known about an open lead at a landmark, and what followed. */
export interface Observation {
  readonly landmark: number;
  readonly score: number;
  /** The score without the points for the status, which are close to the outcome. */
  readonly scoreWithoutStatus: number;
  /** Null: there was no contact. */
  readonly daysSinceContact: number | null;
  readonly interactionCount: number;
  /** Whether the lead was won within the horizon. */
  readonly isWon: boolean;
  /** Whether the lead was lost within the horizon. */
  readonly isLost: boolean;
  /** Whether the lead was closed already, which was recorded later. */
  readonly wasClosed: boolean;
}

/**
 * Observes a lead at each landmark at which it was known and open. Its values then come only from what was
 * effective and recorded by the landmark. Its outcome comes from everything that is known now.
 */
export function* observationsOf(
  rules: ScoringRules,
  lead: LeadPast,
  landmarks: Landmarks,
): Generator<Observation> {
  const values = new KnownValues(rules, lead.changes);
  const contacts = new KnownContacts(lead.interactions, rules.engagement.halfLifeDays);
  const won = new Transitions(lead.changes, isWon);
  const lost = new Transitions(lead.changes, isLost);
  const closed = new EffectiveStatus(lead.changes);
  for (let landmark = landmarks.firstFrom(firstKnown(lead)); landmark <= landmarks.last; landmark += 1) {
    const at = landmarks.instantOf(landmark);
    const known = values.at(at);
    if (known?.isOpen !== true) continue;
    const state = contacts.at(at);
    const { recency, engagement } = contactPoints(rules, state, new Date(at));
    const { lastContactAt, counts } = state;
    const until = landmarks.horizonOf(landmark);
    yield {
      landmark,
      score: wholeScore(recency + engagement + known.points),
      scoreWithoutStatus: wholeScore(recency + engagement + known.pointsWithoutStatus),
      daysSinceContact: lastContactAt === null ? null : (at - lastContactAt.getTime()) / MS_A_DAY,
      interactionCount: counts.meeting + counts.call + counts.email + counts.outboundEmail,
      isWon: won.firstAfter(at) <= until,
      isLost: lost.firstAfter(at) <= until,
      wasClosed: !closed.isOpenAt(at),
    };
  }
}

const knownFrom = ({ effectiveAt, recordedAt }: LeadChange): number => Math.max(effectiveAt, recordedAt);

/** Returns the first instant at which anything is known about a lead; infinity: never. */
export const firstKnown = ({ changes }: LeadPast): number =>
  changes.reduce((first, change) => Math.min(first, knownFrom(change)), Infinity);

interface Values {
  readonly isOpen: boolean;
  /** The points for the budget, the status and the fit. */
  readonly points: number;
  readonly pointsWithoutStatus: number;
}

/** The values of a lead as they were known at ascending instants. */
class KnownValues {
  /** The positions of the changes, in the order in which they became known. */
  private readonly positions: readonly number[];
  private next = 0;
  private latest = -1;
  private values: Values | null = null;

  constructor(
    private readonly rules: ScoringRules,
    private readonly changes: readonly LeadChange[],
  ) {
    const from = changes.map(knownFrom);
    this.positions = [...from.keys()].sort((one, other) => (from[one] ?? 0) - (from[other] ?? 0));
  }

  /** @returns null if nothing was known */
  at(at: number): Values | null {
    const before = this.latest;
    for (; ; this.next += 1) {
      const position = this.positions[this.next];
      const change = position === undefined ? undefined : this.changes[position];
      if (position === undefined || change === undefined || knownFrom(change) > at) break;
      this.latest = Math.max(this.latest, position);
    }
    const change = this.changes[this.latest];
    if (this.latest !== before && change !== undefined) this.values = valuesOf(this.rules, change);
    return this.values;
  }
}

function valuesOf(rules: ScoringRules, change: LeadChange): Values {
  const { budget, status, fit } = leadPoints(rules, change);
  return {
    isOpen: isOpen(change.status),
    points: budget + status + fit,
    pointsWithoutStatus: budget + (change.fitWithoutStatus ?? 0),
  };
}

/** The instants at which a lead changed into a kind of status, as known now. */
class Transitions {
  private readonly instants: readonly number[];
  private next = 0;

  constructor(changes: readonly LeadChange[], isOfKind: (status: string) => boolean) {
    let wasOfKind = false;
    this.instants = changes.flatMap(({ effectiveAt, status }) => {
      const before = wasOfKind;
      wasOfKind = isOfKind(status);
      return wasOfKind && !before ? [effectiveAt] : [];
    });
  }

  /** @param at not before the instant of the previous call @returns infinity if there is none */
  firstAfter(at: number): number {
    while ((this.instants[this.next] ?? Infinity) <= at) this.next += 1;
    return this.instants[this.next] ?? Infinity;
  }
}

/** Whether a lead was open at ascending instants, as known now. */
class EffectiveStatus {
  private next = 0;
  private wasOpen = true;

  constructor(private readonly changes: readonly LeadChange[]) {}

  isOpenAt(at: number): boolean {
    const before = this.next;
    while ((this.changes[this.next]?.effectiveAt ?? Infinity) <= at) this.next += 1;
    const latest = this.changes[this.next - 1];
    if (this.next !== before && latest !== undefined) this.wasOpen = isOpen(latest.status);
    return this.wasOpen;
  }
}

/** The entries that were recorded so late that they are missing at a landmark. */
export interface LateEntries {
  readonly changes: number;
  readonly interactions: number;
}

/** Counts the entries of a lead that took effect by a landmark but were recorded after it. */
export function lateEntriesOf(lead: LeadPast, landmarks: Landmarks): LateEntries {
  const isLate = (effectiveAt: number, recordedAt: number) => {
    const landmark = landmarks.firstFrom(effectiveAt);
    return landmark <= landmarks.last && landmarks.instantOf(landmark) < recordedAt;
  };
  return {
    changes: lead.changes.filter((change) => isLate(change.effectiveAt, change.recordedAt)).length,
    interactions: lead.interactions.filter(({ date, recordedAt }) => isLate(date.getTime(), recordedAt))
      .length,
  };
}
