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
import { now } from '../../common/clock.js';
import { Tracer } from '../../common/spans.js';
import type { OpenRouterSettings } from '../../config/summary-settings.js';
import type { ChatModel, ChatRequest } from '../chat-model.js';
import { providerRequested } from '../errors-and-events.js';
import type { WriterHealth } from '../summary-writer.js';
import { LengthReachedError, readAnswer } from './answer.js';
import { errorOfStatus } from './answer-error.js';
import { asProviderError } from './call-failure.js';
import { ProviderAvailability } from './provider-availability.js';
import { SummaryProviderError } from '../provider-error.js';
import { providerName } from './provider-values.js';
import { sendRequest } from './send-request.js';

const MAX_RETRIES = 2;
/** The limits on the answer, in tokens. The second is used once if the first was too small. */
const TOKEN_LIMITS = [1_000, 3_000] as const;
/** The maximum number of concurrent requests. Further requests wait within their own time limit. */
const MAX_AT_ONCE = 16;
/** The maximum number of waiting requests. More would hardly be sent in time. */
const MAX_WAITING = 200;

interface Call extends ChatRequest {
  /** The number of requests that were sent for this call. */
  attempts: number;
}

interface OpenRouterClientOptions {
  /** By default, no spans are created. */
  readonly tracer?: Tracer;
  /** The maximum delay before the first retry, in milliseconds; it doubles with each further retry. */
  readonly firstBackoffMs?: number;
}

/** A client for the chat completions of OpenRouter, or of any server with the same API. */
export class OpenRouterClient implements ChatModel {
  readonly provider = 'openrouter';
  private readonly slots = bulkhead(MAX_AT_ONCE, MAX_WAITING);
  private readonly availability = new ProviderAvailability();
  private readonly tracer: Tracer;
  private readonly firstBackoffMs: number;

  constructor(
    private readonly settings: OpenRouterSettings,
    { tracer = new Tracer(), firstBackoffMs = 250 }: OpenRouterClientOptions = {},
  ) {
    this.tracer = tracer;
    this.firstBackoffMs = firstBackoffMs;
  }

  get models(): readonly string[] {
    return this.settings.models;
  }

  deadline(): number {
    return now().getTime() + this.settings.totalTimeoutMs;
  }

  health(): WriterHealth {
    return this.availability.health();
  }

  /** @throws SummaryProviderError */
  async complete(request: ChatRequest): Promise<string> {
    const call: Call = { ...request, attempts: 0 };
    const failureOf = (error: unknown) =>
      asProviderError(error, call.attempts > 0 && !request.signal.aborted);
    try {
      const remainingMs = call.deadline - now().getTime();
      if (remainingMs <= 0) throw new TaskCancelledError();
      return await timeout(remainingMs, TimeoutStrategy.Aggressive).execute(
        ({ signal }) => this.availability.watch(() => this.completeOrFail(call, signal, failureOf), signal),
        request.signal,
      );
    } catch (error) {
      throw failureOf(error);
    }
  }

  /** Converts every error, even a timeout, to one that includes whether the provider is down. */
  private async completeOrFail(
    call: Call,
    signal: AbortSignal,
    failureOf: (error: unknown) => SummaryProviderError,
  ): Promise<string> {
    try {
      return await this.completeWithLargerLimit(call, signal);
    } catch (error) {
      throw failureOf(error);
    }
  }

  private async completeWithLargerLimit(call: Call, signal: AbortSignal): Promise<string> {
    const [limit, largerLimit] = TOKEN_LIMITS;
    try {
      return await this.completeWithin(limit, call, signal);
    } catch (error) {
      if (!(error instanceof LengthReachedError)) throw error;
      return await this.completeWithin(largerLimit, call, signal);
    }
  }

  private completeWithin(maxTokens: number, call: Call, signal: AbortSignal): Promise<string> {
    const isWorthRetrying = (error: Error) =>
      error instanceof SummaryProviderError &&
      error.isRetryable &&
      now().getTime() + (error.retryAfterMs ?? 0) < call.deadline;
    return retry(handleWhen(isWorthRetrying), {
      // The whole call has one budget: a larger token limit is no reason for more retries.
      maxAttempts: MAX_RETRIES - Math.max(0, call.attempts - 1),
      backoff: new DelegateBackoff((context) => this.backoffMs(context)),
    }).execute(() => this.slots.execute(() => this.attempt(maxTokens, call, signal), signal), signal);
  }

  /**
   * Uses full jitter, but waits at least as long as the provider requests. (M. Brooker, "Exponential Backoff
   * And Jitter", 2015)
   */
  private backoffMs({ attempt, result }: IRetryBackoffContext<unknown>): number {
    const requestedMs =
      'error' in result && result.error instanceof SummaryProviderError
        ? result.error.retryAfterMs
        : undefined;
    return Math.max(requestedMs ?? 0, Math.random() * this.firstBackoffMs * 2 ** (attempt - 1));
  }

  private async attempt(maxTokens: number, call: Call, signal: AbortSignal): Promise<string> {
    // The call may have been aborted while it waited for its turn.
    if (signal.aborted) throw new TaskCancelledError();
    call.attempts += 1;
    call.meter.onRequest();
    const begunAt = performance.now();
    const report = (outcome: string, status: number | null) => {
      const durationMs = Math.round(performance.now() - begunAt);
      providerRequested.publish({ provider: this.provider, outcome, status, durationMs });
      return { outcome, ...(status === null ? {} : { status }) };
    };
    return this.tracer.run('provider', { provider: this.provider }, async (span) => {
      try {
        const text = await timeout(this.settings.attemptTimeoutMs, TimeoutStrategy.Aggressive).execute(
          (context) => this.request(maxTokens, call, context.signal),
          signal,
        );
        span.add(report('OK', 200));
        return text;
      } catch (error) {
        const { code, status = null } = asProviderError(error, !call.signal.aborted);
        span.add(report(code, status));
        throw error;
      }
    });
  }

  private async request(maxTokens: number, call: Call, signal: AbortSignal): Promise<string> {
    const { status, headers, body } = await sendRequest(
      `${this.settings.baseUrl}/chat/completions`,
      { apiKey: this.settings.apiKey, body: this.requestBody(maxTokens, call) },
      signal,
    );
    const hints = {
      generationId: providerName.parse(headers.get('x-generation-id') ?? undefined),
      retryAfterMs: parseRetryAfter(headers.get('retry-after'), now()),
    };
    if (status !== 200) throw errorOfStatus(status, body, hints);
    return readAnswer(body, hints, call.meter);
  }

  private requestBody(maxTokens: number, { messages, answerSchema }: ChatRequest): object {
    const { models } = this.settings;
    return {
      model: models[0],
      ...(models.length > 1 ? { models } : {}),
      messages,
      max_completion_tokens: maxTokens,
      response_format: { type: 'json_schema', json_schema: { ...answerSchema, strict: true } },
      provider: { data_collection: 'deny', zdr: true, require_parameters: true },
    };
  }
}

/**
 * An HTTP date in the current format, or in the obsolete one with the full name of the day (RFC 9110, 5.6.7).
 */
const HTTP_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*, \d[\w :-]* GMT$/;

/**
 * Parses a `Retry-After` header, which is a number of seconds or a date (RFC 9110, 10.2.3). Returns
 * milliseconds; undefined if the header is missing or invalid.
 */
export function parseRetryAfter(header: string | null, now: Date): number | undefined {
  const value = header?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
  // Date.parse accepts almost any text with a number.
  const time = HTTP_DATE.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : Math.max(0, time - now.getTime());
}
