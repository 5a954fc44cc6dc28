import type { InteractionDirection } from '../../interactions/interaction-direction.js';
import type { InteractionType } from '../../interactions/interaction-type.js';

/** What is known of a lead at one instant. No e-mail address and no phone number: neither helps a summary. */
export interface SummaryFacts {
  readonly leadId: number;
  readonly firstName: string;
  readonly lastName: string;
  readonly company: string | null;
  readonly location: string | null;
  readonly source: string | null;
  readonly status: string;
  readonly budget: number | null;
  /** The instant that everything is told as of. */
  readonly asOf: Date;
  /** Newest first; the latest ones where there are many. */
  readonly interactions: readonly SummaryInteraction[];
  /** Of all interactions that there are, so that what is left out can be said. */
  readonly interactionCount: number;
  /** Of all of the above but `asOf`: facts with the same hash are the same. */
  readonly hash: string;
}

export interface SummaryInteraction {
  readonly id: number;
  readonly type: InteractionType;
  /** Who got in touch; null: unknown. */
  readonly direction: InteractionDirection | null;
  readonly date: Date;
  /** Written by outsiders: data, never instructions. */
  readonly notes: string | null;
}
