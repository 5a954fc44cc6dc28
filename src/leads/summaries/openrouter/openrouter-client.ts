import {
  bulkhead,
  DelegateBackoff,
  handleWhen,
  type IRetryBackoffContext,
  retry,
  TaskCancelledError,
  timeout,
  TimeoutStrategy,
} from 'cockatiel';
import { now } from '../../../common/clock.js';
import type { OpenRouterSettings } from '../../../config/settings.js';
import type { ChatMessage } from '../summary-prompt.js';
import { type Completion, LengthReachedError, readCompletion } from './answer.js';
import { errorOfStatus } from './answer-error.js';
import { asProviderError } from './call-failure.js';
import { postJson } from './post-json.js';
import { SummaryProviderError } from './provider-error.js';
import { parseRetryAfter } from './retry-after.js';

const MAX_RETRIES = 2;
/** For the answer; the second is tried once where the first was too small. */
const TOKEN_LIMITS = [600, 1_800] as const;
/** Requests that are under way at once; more of them wait, within their own time limit. */
const MAX_AT_ONCE = 8;
/** What waits beyond this would hardly have its turn in time. */
const MAX_WAITING = 100;

/** A completion, and what it took to get it. */
export interface MeasuredCompletion extends Completion {
  /** Requests that were sent, 1 to 4. */
  readonly attempts: number;
  /** From the call to the answer, with what was waited, in milliseconds. */
  readonly latencyMs: number;
}

interface Call {
  readonly messages: readonly ChatMessage[];
  /** In milliseconds since the epoch. */
  readonly deadline: number;
  attempts: number;
}

/** A thin client of OpenRouter's chat completions, or of any server that speaks the same API. */
export class OpenRouterClient {
  private readonly slots = bulkhead(MAX_AT_ONCE, MAX_WAITING);

  constructor(
    private readonly settings: OpenRouterSettings,
    /** The most that the first retry waits; each further one waits up to twice as long. */
    private readonly firstBackoffMs = 250,
  ) {}

  /** When something that is begun now must be done, in milliseconds since the epoch. */
  deadline(): number {
    return now().getTime() + this.settings.totalTimeoutMs;
  }

  /**
   * Asks for a completion, with retries, within the time limits of the settings.
   * @param signal aborts the call where nobody waits for it any more
   * @param deadline from `deadline()`, where several calls share one time limit
   * @throws SummaryProviderError
   */
  async complete(
    messages: readonly ChatMessage[],
    signal?: AbortSignal,
    deadline = this.deadline(),
  ): Promise<MeasuredCompletion> {
    const startedAt = performance.now();
    const call: Call = { messages, deadline, attempts: 0 };
    try {
      const remainingMs = deadline - now().getTime();
      if (remainingMs <= 0) throw new TaskCancelledError();
      const completion = await timeout(remainingMs, TimeoutStrategy.Aggressive).execute(
        (context) => this.completeWithRoom(call, context.signal),
        signal,
      );
      const latencyMs = Math.round(performance.now() - startedAt);
      return { ...completion, attempts: call.attempts, latencyMs };
    } catch (error) {
      throw asProviderError(error);
    }
  }

  private async completeWithRoom(call: Call, signal: AbortSignal): Promise<Completion> {
    const [limit, largerLimit] = TOKEN_LIMITS;
    try {
      return await this.completeWithin(limit, call, signal);
    } catch (error) {
      if (!(error instanceof LengthReachedError)) throw error;
      return await this.completeWithin(largerLimit, call, signal);
    }
  }

  private completeWithin(maxTokens: number, call: Call, signal: AbortSignal): Promise<Completion> {
    const isWorthRetrying = (error: Error) =>
      error instanceof SummaryProviderError &&
      error.isRetryable &&
      now().getTime() + (error.retryAfterMs ?? 0) < call.deadline;
    return retry(handleWhen(isWorthRetrying), {
      // One budget for the whole call: more room is no reason for more retries.
      maxAttempts: MAX_RETRIES - Math.max(0, call.attempts - 1),
      backoff: new DelegateBackoff((context) => this.backoffMs(context)),
    }).execute(() => this.slots.execute(() => this.attempt(maxTokens, call, signal), signal), signal);
  }

  /** Full jitter, or what the provider asks for. (M. Brooker, "Exponential Backoff And Jitter", 2015) */
  private backoffMs({ attempt, result }: IRetryBackoffContext<unknown>): number {
    const asked =
      'error' in result && result.error instanceof SummaryProviderError
        ? result.error.retryAfterMs
        : undefined;
    return asked ?? Math.random() * this.firstBackoffMs * 2 ** (attempt - 1);
  }

  private async attempt(maxTokens: number, call: Call, signal: AbortSignal): Promise<Completion> {
    // The call may have been given up while it waited for its turn.
    if (signal.aborted) throw new TaskCancelledError();
    call.attempts++;
    return timeout(this.settings.attemptTimeoutMs, TimeoutStrategy.Aggressive).execute(
      (context) => this.request(maxTokens, call.messages, context.signal),
      signal,
    );
  }

  private async request(
    maxTokens: number,
    messages: readonly ChatMessage[],
    signal: AbortSignal,
  ): Promise<Completion> {
    const { status, headers, body } = await postJson(
      `${this.settings.baseUrl}/chat/completions`,
      { authorization: `Bearer ${this.settings.apiKey}`, 'x-openrouter-title': 'Lead-scoring API' },
      this.requestBody(maxTokens, messages),
      signal,
    );
    const hints = {
      generationId: headers.get('x-generation-id') ?? undefined,
      retryAfterMs: parseRetryAfter(headers.get('retry-after'), now()),
    };
    if (status !== 200) throw errorOfStatus(status, body, hints);
    return readCompletion(body, hints);
  }

  private requestBody(maxTokens: number, messages: readonly ChatMessage[]): object {
    const [model] = this.settings.models;
    return {
      model,
      ...(this.settings.models.length > 1 ? { models: this.settings.models } : {}),
      messages,
      max_completion_tokens: maxTokens,
      provider: { data_collection: 'deny', zdr: true, require_parameters: true },
    };
  }
}
