import type { InteractionDirection, InteractionType } from '../interactions/interaction-type.js';

/**
 * The known facts of a lead at one instant. E-mail address and phone number are left out: they do not help a
 * summary.
 */
export interface SummaryFacts {
  readonly leadId: number;
  readonly firstName: string;
  readonly lastName: string;
  readonly company: string | null;
  readonly location: string | null;
  readonly source: string | null;
  readonly status: string;
  readonly budget: number | null;
  /** The instant of the facts. */
  readonly asOf: Date;
  /** The latest interactions, newest first. */
  readonly interactions: readonly SummaryInteraction[];
  /** The number of all interactions, including those that are left out. */
  readonly interactionCount: number;
  /** The hash of all fields above except `asOf`. Equal hashes mean equal facts. */
  readonly hash: string;
}

export interface SummaryInteraction {
  readonly id: number;
  readonly type: InteractionType;
  /** Whether the lead or the team got in touch; null: unknown. */
  readonly direction: InteractionDirection | null;
  readonly date: Date;
  /** Written by outsiders: treated as data, never as instructions. */
  readonly notes: string | null;
}
