import type { SummaryFacts } from './summary-facts.js';
import type { CallMeter } from './call-meter.js';

export interface WrittenSummary {
  /** In one line; null where the writer makes none. */
  readonly headline: string | null;
  /** What a lead card shows: a few sentences. */
  readonly text: string;
  readonly keyPoints: readonly KeyPoint[];
  readonly nextStep: string | null;
  readonly source: 'model' | 'template';
  /** The model that answered; null for the template. */
  readonly model: string | null;
  /** Of the prompt that it was written with; null where there is none. */
  readonly promptVersion: number | null;
  /** Interactions whose notes the writer was not shown, since they look like instructions to a machine. */
  readonly withheldInteractionIds: readonly number[];
}

export interface KeyPoint {
  readonly text: string;
  /** What it rests on, at least one. */
  readonly interactionIds: readonly number[];
}

export interface WriteOptions {
  /** Told what is sent and what it costs, whatever comes of it. */
  readonly meter: CallMeter;
  /** Aborts the call where nobody waits for it any more. */
  readonly signal: AbortSignal;
}

/** How a writer does at the moment. */
export interface WriterHealth {
  readonly isDegraded: boolean;
  /** How long there is no point in asking it, in milliseconds; 0: it can be asked. */
  readonly pausedForMs: number;
}

/** Writes summaries; another way to write them is one more implementation. An abstract class, so that Nest can inject it. */
export abstract class SummaryWriter {
  /** Such as `openrouter`. */
  abstract readonly name: string;

  /**
   * A hash of whatever decides what is written beside the facts: the model, the prompt, the language. Null where
   * nothing is written.
   */
  abstract readonly version: string | null;

  /** Whether asking it costs something, so that it is not asked again about the same facts. */
  abstract readonly isPaid: boolean;

  /** How long it may take to write one, in milliseconds; 0: it takes no time to speak of. */
  readonly timeLimitMs: number = 0;

  /** @throws DomainError where no summary that can be shown was written, with a code that says why */
  abstract write(facts: SummaryFacts, options: WriteOptions): Promise<WrittenSummary>;

  health(): WriterHealth {
    return { isDegraded: false, pausedForMs: 0 };
  }
}
