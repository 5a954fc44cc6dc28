import type { CallMeter } from './call-meter.js';
import type { WriterHealth } from './summary-writer.js';

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  /** The requested JSON schema of the answer. Providers do not guarantee that the answer complies with it. */
  readonly answerSchema: { readonly name: string; readonly schema: object };
  readonly meter: CallMeter;
  readonly signal: AbortSignal;
  /** In milliseconds since the epoch, from `deadline()`: several requests can share one time limit. */
  readonly deadline: number;
}

/** The API of a language model. Each provider has its own implementation. */
export interface ChatModel {
  /** For example `openrouter`. */
  readonly provider: string;
  /** The models to use, in order of preference. */
  readonly models: readonly string[];

  /** Returns the deadline of a call that begins now, in milliseconds since the epoch. */
  deadline(): number;

  /**
   * Returns the text of a complete answer. Retries within the time limits.
   * @throws DomainError with a code that begins with SUMMARY_
   */
  complete(request: ChatRequest): Promise<string>;

  health(): WriterHealth;
}
