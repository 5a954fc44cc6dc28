import type { SummaryFacts } from './summary-facts.js';
import type { CallMeter } from './call-meter.js';

export interface WrittenSummary {
  /** A single line; null if the writer creates none. */
  readonly headline: string | null;
  /** The text of the lead card, a few sentences. */
  readonly text: string;
  readonly keyPoints: readonly KeyPoint[];
  readonly nextStep: string | null;
  readonly source: 'model' | 'template';
  /** The model that answered; null for the template. */
  readonly model: string | null;
  /** The version of the prompt; null if there is none. */
  readonly promptVersion: number | null;
  /**
   * Interactions whose notes were withheld from the writer, because they look like instructions to a machine.
   */
  readonly withheldInteractionIds: readonly number[];
}

export interface KeyPoint {
  readonly text: string;
  /** The interactions that support it, at least one. */
  readonly interactionIds: readonly number[];
}

export interface WriteOptions {
  /** Records requests and costs, even if the call fails. */
  readonly meter: CallMeter;
  /** Aborted when the result is no longer needed. */
  readonly signal: AbortSignal;
}

/** The current state of a writer. */
export interface WriterHealth {
  readonly isDegraded: boolean;
  /** How long calls should be avoided, in milliseconds; 0: the writer is available. */
  readonly pausedForMs: number;
}

/** Writes summaries. An abstract class instead of an interface, so that Nest can inject it. */
export abstract class SummaryWriter {
  /** For example `openrouter`. */
  abstract readonly name: string;

  /**
   * A hash of everything that affects the summary apart from the facts: the model, the prompt, the language.
   * Null if nothing is written.
   */
  abstract readonly version: string | null;

  /** Whether a call is billed, so that the same facts are not summarized again. */
  abstract readonly isPaid: boolean;

  /** The maximum time to write a summary, in milliseconds; 0: negligible. */
  readonly timeLimitMs: number = 0;

  /** @throws DomainError, with a code for the reason, if no acceptable summary was written */
  abstract write(facts: SummaryFacts, options: WriteOptions): Promise<WrittenSummary>;

  health(): WriterHealth {
    return { isDegraded: false, pausedForMs: 0 };
  }
}
