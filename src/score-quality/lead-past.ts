import type { ScoredInteraction } from '../leads/scoring/contact-state.js';

/** The values of a lead from an instant on. All instants are in milliseconds since 1970. */
export interface LeadChange {
  readonly effectiveAt: number;
  readonly recordedAt: number;
  readonly status: string;
  readonly budget: number | null;
  /** The points of the fit criteria, as the SQL function `fit_of` evaluates them; absent: 0. */
  readonly fit?: number;
  /** The same without the criteria that examine the status; absent: 0. */
  readonly fitWithoutStatus?: number;
}

/** A version of an interaction, which was known from `recordedAt` until `replacedAt`. */
export interface InteractionVersion extends ScoredInteraction {
  readonly recordedAt: number;
  /** Exclusive; infinity: the version is known today. */
  readonly replacedAt: number;
}

/** Everything that was ever known about a lead, as far as its score depends on it. */
export interface LeadPast {
  readonly id: number;
  /** In the order in which they took effect. */
  readonly changes: readonly LeadChange[];
  readonly interactions: readonly InteractionVersion[];
}
