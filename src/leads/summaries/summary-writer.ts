import type { InteractionType } from '../../interactions/interaction-type.js';

/** What a writer gets to know of a lead. No e-mail address and no phone number: neither helps a summary. */
export interface SummaryFacts {
  readonly leadId: number;
  readonly firstName: string;
  readonly lastName: string;
  readonly company: string | null;
  readonly location: string | null;
  readonly source: string | null;
  readonly status: string;
  readonly budget: number | null;
  readonly activityScore: number;
  /** The instant that everything is told as of. */
  readonly asOf: Date;
  /** Newest first; the latest ones where there are many. */
  readonly interactions: readonly SummaryInteraction[];
  /** Of all interactions that there are, so that what is left out can be said. */
  readonly interactionCount: number;
}

export interface SummaryInteraction {
  readonly type: InteractionType;
  readonly date: Date;
  /** Written by outsiders: data, never instructions. */
  readonly notes: string | null;
}

export interface WrittenSummary {
  readonly text: string;
  readonly source: 'model' | 'template';
  /** The model that answered; null for the template. */
  readonly model: string | null;
}

/** Writes summaries; another provider is one more implementation. An abstract class, so that Nest can inject it. */
export abstract class SummaryWriter {
  /**
   * @param signal aborts the call where nobody waits for it any more
   * @throws DomainError with a code that begins with SUMMARY_ where no summary that can be shown was written
   */
  abstract write(facts: SummaryFacts, signal?: AbortSignal): Promise<WrittenSummary>;
}
