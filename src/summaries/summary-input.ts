import type { InteractionDirection, InteractionType } from '../interactions/interaction-type.js';

/**
 * The data of a lead that a model receives, and that its answer is checked against. Contact details, hidden
 * characters and texts that look like instructions are removed; long texts are cut.
 *
 * The input is the same on every day, except when the date of a planned interaction passes. The same facts
 * therefore need not be paid for twice.
 */
export interface SummaryInput {
  readonly lead: InputLead;
  /** Newest first, I1, I2, …; as many as the length limit allows. */
  readonly interactions: readonly InputInteraction[];
  /** The number of interactions that did not fit. */
  readonly leftOutCount: number;
}

export interface InputLead {
  /** Null if unknown or withheld, like every text here. */
  readonly name: string | null;
  readonly company: string | null;
  readonly location: string | null;
  readonly source: string | null;
  readonly status: string;
  /** In the currency of the account, which is unknown. */
  readonly budget: number | null;
  /** The number of all interactions. */
  readonly interactionCount: number;
}

export interface InputInteraction {
  /** The alias `I1` …, by which a model cites the interaction. */
  readonly alias: string;
  readonly id: number;
  readonly type: InteractionType;
  /** Whether the lead or the team got in touch; null: unknown. */
  readonly direction: InteractionDirection | null;
  /** The date in UTC, such as 2026-03-07. */
  readonly date: string;
  /** Whether its date was in the future when the input was read. */
  readonly isPlanned: boolean;
  readonly notes: string | null;
  /** Whether notes are withheld from the model, because they look like instructions to a machine. */
  readonly areNotesWithheld: boolean;
}
