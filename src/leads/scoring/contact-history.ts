import type { ScoredLead } from './activity-score.js';
import { type ContactState, isContact, type ScoredInteraction, withContact } from './contact-state.js';
import { SCORING_PARAMETERS } from './scoring-parameters.js';

const MS_A_DAY = 86_400_000;

const HORIZON_MS = SCORING_PARAMETERS.recency.horizonDays * MS_A_DAY;

export interface DatedInteraction extends ScoredInteraction {
  readonly id: number;
  /**
   * The instant of recording, at the latest now. The interaction counts as planned from then until its date.
   */
  readonly recordedAt: Date;
}

/** The data that the scores of a lead depend on, over a range of instants. */
export interface ContactHistory {
  readonly lead: ScoredLead;
  /** The contact state at this instant. */
  readonly at: Date;
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
 * A period in which no interaction takes place and no contact enters the horizon, so the score only falls.
 */
export interface QuietTime {
  /** In milliseconds since 1970, like `end`. */
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  readonly state: ContactState;
  readonly beginning: Beginning;
}

interface Beginning {
  /** The contact state immediately before the period. */
  readonly stateBefore: ContactState;
  /**
   * The interaction at the start of the period. Null: the history begins, or a planned contact makes recency
   * full.
   */
  readonly interaction: DatedInteraction | null;
}

/**
 * Divides a history into quiet periods without gaps.
 * @param end the exclusive end of the last period, in milliseconds since 1970
 */
export function* quietTimes(history: ContactHistory, end: number): Generator<QuietTime> {
  let start = history.at.getTime();
  let state: ContactState = { ...history.state, nextContactAt: null };
  let beginning: Beginning = { stateBefore: state, interaction: null };
  /** The latest date of the planned contacts so far. */
  let lastPlanned = -Infinity;
  for (const { at, interaction, planned } of changesOf(history)) {
    if (at >= end) break;
    if (planned !== null) {
      lastPlanned = Math.max(lastPlanned, planned.getTime());
      if (state.nextContactAt !== null) continue;
    }
    const stateBefore = state;
    state =
      interaction === null
        ? { ...state, nextContactAt: planned }
        : {
            ...withContact(state, interaction),
            nextContactAt: lastPlanned > at ? new Date(lastPlanned) : null,
          };
    if (interaction === null && at <= history.at.getTime()) {
      beginning = { stateBefore: state, interaction: null };
      continue;
    }
    yield { start, end: at, state: stateBefore, beginning };
    beginning = { stateBefore, interaction };
    start = at;
  }
  yield { start, end, state, beginning };
}

interface Change {
  /** In milliseconds since 1970. */
  readonly at: number;
  readonly interaction: DatedInteraction | null;
  /** The date of a contact that makes recency full from `at` on. */
  readonly planned: Date | null;
}

/** Returns the interactions, and the instants at which contacts enter the horizon, in order. */
function changesOf({ interactions, contactAfterwards }: ContactHistory): Change[] {
  const planned = [
    ...interactions.filter(isContact).map(({ date, recordedAt }) => plannedContact(date, recordedAt)),
    ...(contactAfterwards === null ? [] : [contactAfterwards]),
  ].filter(({ from, date }) => from < date.getTime());
  return [
    ...interactions.map((interaction) => ({ at: interaction.date.getTime(), interaction, planned: null })),
    ...planned.map(({ from, date }) => ({ at: from, interaction: null, planned: date })),
  ].sort((one, other) => one.at - other.at);
}

export const plannedContact = (date: Date, recordedAt: Date): PlannedContact => ({
  from: Math.max(date.getTime() - HORIZON_MS, recordedAt.getTime()),
  date,
});
