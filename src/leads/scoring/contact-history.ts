import type { ScoredLead } from './activity-score.js';
import { type ContactState, isContact, type ScoredInteraction, withContact } from './contact-state.js';
import { SCORING_PARAMETERS } from './scoring-parameters.js';

const MS_A_DAY = 86_400_000;

const HORIZON_MS = SCORING_PARAMETERS.recency.horizonDays * MS_A_DAY;

export interface DatedInteraction extends ScoredInteraction {
  readonly id: number;
  /** When it was recorded, at the latest now. Until it takes place, it is planned from then on. */
  readonly recordedAt: Date;
}

/** What the scores of a lead depend on, over a range of instants. */
export interface ContactHistory {
  readonly lead: ScoredLead;
  /** The contact state at this instant. */
  readonly at: Date;
  readonly state: ContactState;
  /** The interactions after that instant, up to the end of the range; the earliest first. */
  readonly interactions: readonly DatedInteraction[];
  /** Of the contacts after the end of the range, the one that first makes recency full. */
  readonly contactAfterwards: PlannedContact | null;
}

/** A contact that keeps recency full for a time. */
export interface PlannedContact {
  /** In milliseconds since 1970: the contact is recorded, and takes place within the horizon. */
  readonly from: number;
  /** When it takes place. */
  readonly date: Date;
}

/** A time during which no interaction takes place, and no contact becomes a planned one: the score only falls. */
export interface QuietTime {
  /** In milliseconds since 1970, as is `end`. */
  readonly start: number;
  /** Excluded. */
  readonly end: number;
  readonly state: ContactState;
  readonly beginning: Beginning;
}

interface Beginning {
  /** The contact state immediately before. */
  readonly stateBefore: ContactState;
  /** The interaction that takes place. Null: the history begins, or a planned contact makes recency full. */
  readonly interaction: DatedInteraction | null;
}

/**
 * Divides a history into quiet times, without gaps.
 * @param end of the last one, excluded, in milliseconds since 1970
 */
export function* quietTimes(history: ContactHistory, end: number): Generator<QuietTime> {
  let start = history.at.getTime();
  let state: ContactState = { ...history.state, nextContactAt: null };
  let beginning: Beginning = { stateBefore: state, interaction: null };
  /** Of the planned contacts so far, the last one. */
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
  /** The date of a contact that begins to keep recency full. */
  readonly planned: Date | null;
}

/** The interactions, and when contacts become planned ones, in order. */
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
