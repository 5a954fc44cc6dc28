import { z } from 'zod';
import { type ProviderErrorOptions, type ProviderFault, SummaryProviderError } from './provider-error.js';

/** What a model wrote, and what it took. */
export interface Completion {
  readonly text: string;
  /** The model that answered. */
  readonly model: string;
  readonly generationId: string | null;
}

const errorSchema = z.object({
  code: z.union([z.number(), z.string()]).optional().catch(undefined),
  metadata: z.record(z.string(), z.unknown()).optional().catch(undefined),
});

const answerSchema = z.object({
  id: z.string().optional().catch(undefined),
  model: z.string().optional().catch(undefined),
  error: errorSchema.nullish(),
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        error: errorSchema.nullish(),
        message: z
          .object({
            content: z.string().nullish().catch(undefined),
            refusal: z.string().nullish().catch(undefined),
          })
          .nullish(),
      }),
    )
    .nullish(),
});

type ErrorBody = z.output<typeof errorSchema>;

/** Statuses, and codes inside a 200, after which the same request may succeed. */
const PASSING_STATUSES: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504, 524, 529]);

/** The answer was cut short because it reached the limit on its length. */
export class LengthReachedError extends SummaryProviderError {
  constructor(fault: ProviderFault) {
    super('SUMMARY_TRUNCATED', fault);
  }
}

/**
 * Reads the body of an answer with status 200. @throws SummaryProviderError where it is no success: an error at
 * either level, no choice, no text, a refusal, or a model that did not finish
 */
export function readCompletion(body: string, generationIdHeader: string | null): Completion {
  const parsed = answerSchema.safeParse(parseJson(body));
  if (!parsed.success) {
    throw new SummaryProviderError(
      'SUMMARY_PROVIDER_UNAVAILABLE',
      { status: 200, detail: 'the body is not an answer' },
      { isRetryable: true },
    );
  }
  const { data } = parsed;
  const generationId = data.id ?? generationIdHeader;
  const fault = { status: 200, ...(generationId === null ? {} : { generationId }) };
  const [choice] = data.choices ?? [];
  const error = data.error ?? choice?.error;
  if (error != null) throw errorOf(statusIn(error) ?? 502, error);

  const { finish_reason: reason, message } = choice ?? {};
  if (message?.refusal != null && message.refusal.trim() !== '') {
    throw new SummaryProviderError('SUMMARY_MODERATED', { ...fault, detail: 'refusal' });
  }
  refuseUnfinished(reason, fault);
  const text = message?.content ?? '';
  if (text.trim() === '') {
    throw new SummaryProviderError(
      'SUMMARY_INVALID_OUTPUT',
      { ...fault, detail: 'no text' },
      { isRetryable: true },
    );
  }
  return { text, model: data.model ?? 'unknown', generationId };
}

/** A reason that is absent is taken for `stop`: local model servers leave it out. */
function refuseUnfinished(reason: string | null | undefined, fault: Omit<ProviderFault, 'detail'>): void {
  const detail = `finish_reason ${reason === null ? 'null' : 'not stop'}`;
  switch (reason) {
    case 'stop':
    case undefined:
      return;
    case 'length':
      throw new LengthReachedError({ ...fault, detail: 'finish_reason length' });
    case 'content_filter':
      throw new SummaryProviderError('SUMMARY_MODERATED', {
        ...fault,
        detail: 'finish_reason content_filter',
      });
    case 'error':
      throw new SummaryProviderError(
        'SUMMARY_PROVIDER_UNAVAILABLE',
        { ...fault, detail: 'finish_reason error' },
        { isRetryable: true },
      );
    case null:
    default:
      throw new SummaryProviderError('SUMMARY_INVALID_OUTPUT', { ...fault, detail });
  }
}

/** The error of an answer whose status is not 200. */
export function errorOfStatus(status: number, body: string, retryAfterMs?: number): SummaryProviderError {
  const parsed = z.object({ error: errorSchema }).safeParse(parseJson(body));
  return errorOf(status, parsed.success ? parsed.data.error : {}, retryAfterMs);
}

function errorOf(status: number, error: ErrorBody, retryAfterMs?: number): SummaryProviderError {
  const fault = { status, detail: 'the provider answered with an error' };
  const options: ProviderErrorOptions = { isRetryable: PASSING_STATUSES.has(status), retryAfterMs };
  switch (status) {
    case 401:
      return new SummaryProviderError('SUMMARY_PROVIDER_AUTH_FAILED', fault);
    case 402:
      return new SummaryProviderError('SUMMARY_PROVIDER_PAYMENT_REQUIRED', fault, {
        ...options,
        isRetryable: error.metadata?.limit_source === 'openrouter_in_flight_budget',
      });
    case 403:
      // Moderation or a guardrail; a key that is not accepted is a 401.
      return new SummaryProviderError('SUMMARY_MODERATED', fault);
    case 408:
    case 504:
    case 524:
      return new SummaryProviderError('SUMMARY_TIMED_OUT', fault, options);
    case 429:
      return new SummaryProviderError('SUMMARY_PROVIDER_RATE_LIMITED', fault, options);
    default:
      return new SummaryProviderError('SUMMARY_PROVIDER_UNAVAILABLE', fault, options);
  }
}

function statusIn({ code }: ErrorBody): number | undefined {
  const status = Number(code);
  return code === undefined || !Number.isInteger(status) ? undefined : status;
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // Something between us and the provider answered, with a page of HTML most often.
    return undefined;
  }
}
