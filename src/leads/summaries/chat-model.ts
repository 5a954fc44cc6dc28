import type { CallMeter } from './call-meter.js';
import type { WriterHealth } from './summary-writer.js';

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  /** What the answer has to comply with. No provider promises that it does. */
  readonly answerSchema: { readonly name: string; readonly schema: object };
  readonly meter: CallMeter;
  readonly signal: AbortSignal;
  /** In milliseconds since the epoch, from `deadline()`: several requests can share one time limit. */
  readonly deadline: number;
}

/** A language model behind somebody's API. Another provider is one more implementation. */
export interface ChatModel {
  /** Such as `openrouter`. */
  readonly provider: string;
  /** The models that may answer, in order of preference. */
  readonly models: readonly string[];

  /** When something that is begun now must be done, in milliseconds since the epoch. */
  deadline(): number;

  /**
   * The text of an answer that came to its end, with retries, within the time limits.
   * @throws DomainError with a code that begins with SUMMARY_
   */
  complete(request: ChatRequest): Promise<string>;

  health(): WriterHealth;
}
