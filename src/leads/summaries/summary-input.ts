import type { InteractionDirection } from '../../interactions/interaction-direction.js';
import type { InteractionType } from '../../interactions/interaction-type.js';

/**
 * What a model gets to see of a lead, and what its answer is held against: texts without contacts and hidden
 * characters, cut to their limits, and without what looks like instructions to a machine.
 *
 * Nothing in it changes by itself from one day to the next, but for a plan whose time has come: the same lead makes
 * the same input, which need not be paid for twice.
 */
export interface SummaryInput {
  readonly lead: InputLead;
  /** Newest first, I1, I2, …; as many as there is room for. */
  readonly interactions: readonly InputInteraction[];
  /** Of all interactions, those that there was no room for. */
  readonly leftOutCount: number;
}

export interface InputLead {
  /** Null where it is not known or withheld, as with every text here. */
  readonly name: string | null;
  readonly company: string | null;
  readonly location: string | null;
  readonly source: string | null;
  readonly status: string;
  /** In the currency of the account, whatever that is. */
  readonly budget: number | null;
  /** Of all there are. */
  readonly interactionCount: number;
}

export interface InputInteraction {
  /** `I1` …, by which a model cites it. */
  readonly alias: string;
  readonly id: number;
  readonly type: InteractionType;
  /** Who got in touch; null: unknown. */
  readonly direction: InteractionDirection | null;
  /** Its day in UTC, such as 2026-03-07. */
  readonly date: string;
  /** Whether it had not taken place yet when the input was read. */
  readonly isPlanned: boolean;
  readonly notes: string | null;
  /** Whether there are notes that looked like instructions to a machine, and are not shown to it. */
  readonly areNotesWithheld: boolean;
}
