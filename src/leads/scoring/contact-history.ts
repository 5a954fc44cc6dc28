import type { LeadWithFit } from './activity-score.js';
import { type ContactState, isContact, type ScoredInteraction, withContact } from './contact-state.js';
import type { ScoringRules } from './scoring-rules.js';

const MS_A_DAY = 86_400_000;

export interface DatedInteraction extends ScoredInteraction {
  readonly id: number;
  /**
   * The instant of recording, at the latest now. The interaction counts as planned from then until its date.
   */
  readonly recordedAt: Date;
}

/** A change of the status, the budget or the fit of a lead. Other changes may be among them, and make no difference. */
export interface LeadChange {
  readonly id: number;
  readonly at: Date;
  /** The budget and the status from then on. */
  readonly lead: LeadWithFit;
}

/** The data that the scores of a lead depend on, over a range of instants. */
export interface ContactHistory {
  /** The rules in force. */
  readonly rules: ScoringRules;
  readonly at: Date;
  /** The budget and the status at `at`. */
  readonly lead: LeadWithFit;
  /** The changes after that instant, up to the end of the range, in ascending order. */
  readonly leadChanges: readonly LeadChange[];
  /** The contact state at `at`. */
  readonly state: ContactState;
  /** The interactions after that instant, up to the end of the range, in ascending order. */
  readonly interactions: readonly DatedInteraction[];
  /** The first contact after the end of the range that makes recency full. */
  readonly contactAfterwards: PlannedContact | null;
}

/** A planned contact, which makes recency full for a period. */
export interface PlannedContact {
  /**
   * The start of the period, in milliseconds since 1970: the contact is recorded, and its date is within the
   * horizon.
   */
  readonly from: number;
  /** The date of the contact. */
  readonly date: Date;
}

/**
 * A period in which no interaction takes place, no contact enters the horizon, and neither the budget nor the
 * status changes, so the score only falls.
 */
export interface QuietTime {
  /** In milliseconds since 1970, like `end`. */
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  readonly lead: LeadWithFit;
  readonly state: ContactState;
  readonly beginning: Beginning;
}

interface Beginning {
  /** The budget and the status immediately before the period. */
  readonly leadBefore: LeadWithFit;
  /** The contact state immediately before the period. */
  readonly stateBefore: ContactState;
  /** The change of the lead at the start of the period; null: something else happens. */
  readonly change: LeadChange | null;
  /**
   * The interaction at the start of the period. Null: the history begins, the lead changes, or a planned
   * contact makes recency full.
   */
  readonly interaction: DatedInteraction | null;
}

/**
 * Divides a history into quiet periods without gaps.
 * @param end the exclusive end of the last period, in milliseconds since 1970
 */
export function* quietTimes(history: ContactHistory, end: number): Generator<QuietTime> {
  let start = history.at.getTime();
  let { lead } = history;
  let state: ContactState = { ...history.state, nextContactAt: null };
  let beginning: Beginning = { leadBefore: lead, stateBefore: state, change: null, interaction: null };
  /** The latest date of the planned contacts so far. */
  let lastPlanned = -Infinity;
  for (const { at, changed, interaction, planned } of changesOf(history)) {
    if (at >= end) break;
    if (planned !== null) {
      lastPlanned = Math.max(lastPlanned, planned.getTime());
      if (state.nextContactAt !== null) continue;
    }
    const [leadBefore, stateBefore] = [lead, state];
    if (changed !== null) ({ lead } = changed);
    else if (interaction === null) state = { ...state, nextContactAt: planned };
    else {
      const nextContactAt = lastPlanned > at ? new Date(lastPlanned) : null;
      state = { ...withContact(state, interaction), nextContactAt };
    }
    if (planned !== null && at <= history.at.getTime()) {
      beginning = { leadBefore: lead, stateBefore: state, change: null, interaction: null };
      continue;
    }
    yield { start, end: at, lead: leadBefore, state: stateBefore, beginning };
    beginning = { leadBefore, stateBefore, change: changed, interaction };
    start = at;
  }
  yield { start, end, lead, state, beginning };
}

interface Change {
  /** In milliseconds since 1970. */
  readonly at: number;
  readonly changed: LeadChange | null;
  readonly interaction: DatedInteraction | null;
  /** The date of a contact that makes recency full from `at` on. */
  readonly planned: Date | null;
}

/**
 * Returns the changes of the lead, the interactions, and the instants at which contacts enter the horizon, in
 * order. At the same instant, a change of the lead is first.
 */
function changesOf({ rules, leadChanges, interactions, contactAfterwards }: ContactHistory): Change[] {
  const planned = [
    ...interactions
      .filter(isContact)
      .map(({ date, recordedAt }) => plannedContact(date, recordedAt, rules.recency.horizonDays)),
    ...(contactAfterwards === null ? [] : [contactAfterwards]),
  ].filter(({ from, date }) => from < date.getTime());
  const none = { changed: null, interaction: null, planned: null };
  return [
    ...leadChanges.map((changed) => ({ ...none, at: changed.at.getTime(), changed })),
    ...interactions.map((interaction) => ({ ...none, at: interaction.date.getTime(), interaction })),
    ...planned.map(({ from, date }) => ({ ...none, at: from, planned: date })),
  ].sort((one, other) => one.at - other.at);
}

export const plannedContact = (date: Date, recordedAt: Date, horizonDays: number): PlannedContact => ({
  from: Math.max(date.getTime() - horizonDays * MS_A_DAY, recordedAt.getTime()),
  date,
});
