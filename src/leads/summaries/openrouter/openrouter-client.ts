import {
  DelegateBackoff,
  handleWhen,
  type IRetryBackoffContext,
  retry,
  TaskCancelledError,
  timeout,
  TimeoutStrategy,
  wrap,
} from 'cockatiel';
import { now } from '../../../common/clock.js';
import type { OpenRouterSettings } from '../../../config/settings.js';
import type { ChatMessage } from '../summary-prompt.js';
import { type Completion, errorOfStatus, LengthReachedError, readCompletion } from './answer.js';
import { SummaryProviderError } from './provider-error.js';
import { parseRetryAfter } from './retry-after.js';

const MAX_RETRIES = 2;
const MAX_BODY_BYTES = 1_000_000;
/** For the answer; the second is tried once where the first was too small. */
const TOKEN_LIMITS = [600, 1_800] as const;

/** A thin client of OpenRouter's chat completions, or of any server that speaks the same API. */
export class OpenRouterClient {
  constructor(
    private readonly settings: OpenRouterSettings,
    /** The most that the first retry waits; each further one waits up to twice as long. */
    private readonly firstBackoffMs = 250,
  ) {}

  /**
   * Asks for a completion, with retries, within the time limits of the settings.
   * @param signal aborts the call where nobody waits for it any more
   * @throws SummaryProviderError
   */
  async complete(messages: readonly ChatMessage[], signal?: AbortSignal): Promise<Completion> {
    const deadline = now().getTime() + this.settings.totalTimeoutMs;
    try {
      return await timeout(this.settings.totalTimeoutMs, TimeoutStrategy.Aggressive).execute(
        async (context) => {
          const [limit, largerLimit] = TOKEN_LIMITS;
          try {
            return await this.completeWithin(limit, messages, deadline, context.signal);
          } catch (error) {
            if (!(error instanceof LengthReachedError)) throw error;
            return await this.completeWithin(largerLimit, messages, deadline, context.signal);
          }
        },
        signal,
      );
    } catch (error) {
      throw asProviderError(error);
    }
  }

  private completeWithin(
    maxTokens: number,
    messages: readonly ChatMessage[],
    deadline: number,
    signal: AbortSignal,
  ): Promise<Completion> {
    const isWorthRetrying = (error: Error) =>
      error instanceof SummaryProviderError &&
      error.isRetryable &&
      now().getTime() + (error.retryAfterMs ?? 0) < deadline;
    return wrap(
      retry(handleWhen(isWorthRetrying), {
        maxAttempts: MAX_RETRIES,
        backoff: new DelegateBackoff((context) => this.backoffMs(context)),
      }),
      timeout(this.settings.attemptTimeoutMs, TimeoutStrategy.Aggressive),
    ).execute((context) => this.attempt(maxTokens, messages, context.signal), signal);
  }

  /** Full jitter, or what the provider asks for. (M. Brooker, "Exponential Backoff And Jitter", 2015) */
  private backoffMs({ attempt, result }: IRetryBackoffContext<unknown>): number {
    const asked =
      'error' in result && result.error instanceof SummaryProviderError
        ? result.error.retryAfterMs
        : undefined;
    return asked ?? Math.random() * this.firstBackoffMs * 2 ** (attempt - 1);
  }

  private async attempt(
    maxTokens: number,
    messages: readonly ChatMessage[],
    signal: AbortSignal,
  ): Promise<Completion> {
    const { response, body } = await this.post(this.requestBody(maxTokens, messages), signal);
    if (response.status !== 200) {
      throw errorOfStatus(response.status, body, parseRetryAfter(response.headers.get('retry-after'), now()));
    }
    return readCompletion(body, response.headers.get('x-generation-id'));
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

  private async post(body: object, signal: AbortSignal): Promise<{ response: Response; body: string }> {
    try {
      const response = await fetch(`${this.settings.baseUrl}/chat/completions`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${this.settings.apiKey}`,
          'content-type': 'application/json',
          'x-openrouter-title': 'Lead-scoring API',
        },
        body: JSON.stringify(body),
        // The key must not follow a redirect to somebody else.
        redirect: 'error',
        signal,
      });
      return { response, body: await readBounded(response) };
    } catch (error) {
      if (error instanceof SummaryProviderError || signal.aborted) throw error;
      throw new SummaryProviderError(
        'SUMMARY_PROVIDER_UNAVAILABLE',
        { detail: 'the connection failed' },
        { isRetryable: true },
      );
    }
  }
}

async function readBounded(response: Response): Promise<string> {
  if (response.body === null) return '';
  const stream: AsyncIterable<Uint8Array> = response.body;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.byteLength;
    if (length > MAX_BODY_BYTES) {
      throw new SummaryProviderError('SUMMARY_INVALID_OUTPUT', {
        status: response.status,
        detail: 'the body is too large',
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function asProviderError(error: unknown): SummaryProviderError {
  if (error instanceof SummaryProviderError) return error;
  if (error instanceof TaskCancelledError) {
    return new SummaryProviderError('SUMMARY_TIMED_OUT', { detail: 'the time limit was reached' });
  }
  return new SummaryProviderError('SUMMARY_PROVIDER_UNAVAILABLE', {
    detail: error instanceof Error ? error.name : 'unknown',
  });
}
