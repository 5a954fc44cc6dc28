import { z } from 'zod';
import { type ProviderErrorOptions, SummaryProviderError } from '../provider-error.js';
import { errorStatus } from './provider-values.js';

/** The information in the headers of a response, independent of its body. */
export interface HeaderHints {
  readonly generationId: string | undefined;
  readonly retryAfterMs: number | undefined;
}

export const errorSchema = z.object({
  code: errorStatus,
  metadata: z.record(z.string(), z.unknown()).optional().catch(undefined),
});

type Metadata = z.output<typeof errorSchema>['metadata'];

/** The statuses that indicate an outage of the provider. */
const OUTAGE_STATUSES: ReadonlySet<number> = new Set([408, 500, 502, 503, 504, 524, 529]);

/** Temporary errors: HTTP statuses, and codes inside a 200, after which the same request may succeed. */
const PASSING_STATUSES: ReadonlySet<number> = new Set([...OUTAGE_STATUSES, 429]);

/** Returns the error for a response whose status is not 200. */
export function errorOfStatus(status: number, body: string, hints: HeaderHints): SummaryProviderError {
  const parsed = z.object({ error: errorSchema }).safeParse(parseJson(body));
  const metadata = parsed.data?.error.metadata;
  return errorOf(status, metadata, hints, Object.keys(metadata ?? {}).length > 0);
}

/**
 * Returns the error for a status, or for a code inside a 200.
 * @param isAboutContent whether a 403 means that a text was flagged; otherwise the key lacks a permission
 */
export function errorOf(
  status: number,
  metadata: Metadata,
  { generationId, retryAfterMs }: HeaderHints,
  isAboutContent: boolean,
): SummaryProviderError {
  const failure = { ...idOf(generationId), status, detail: 'the provider answered with an error' };
  const options: ProviderErrorOptions = {
    isRetryable: PASSING_STATUSES.has(status),
    isOutage: OUTAGE_STATUSES.has(status),
    retryAfterMs,
  };
  switch (status) {
    case 401:
      return new SummaryProviderError('SUMMARY_PROVIDER_AUTH_FAILED', failure);
    case 402:
      return new SummaryProviderError('SUMMARY_PROVIDER_PAYMENT_REQUIRED', failure, {
        ...options,
        isRetryable: metadata?.limit_source === 'openrouter_in_flight_budget',
      });
    case 403:
      return new SummaryProviderError(
        isAboutContent ? 'SUMMARY_MODERATED' : 'SUMMARY_PROVIDER_AUTH_FAILED',
        failure,
      );
    case 408:
    case 504:
    case 524:
      return new SummaryProviderError('SUMMARY_TIMED_OUT', failure, options);
    case 429:
      return new SummaryProviderError('SUMMARY_PROVIDER_RATE_LIMITED', failure, options);
    default:
      return new SummaryProviderError('SUMMARY_PROVIDER_UNAVAILABLE', failure, {
        ...options,
        isRequestRejected: status >= 400 && status < 500,
      });
  }
}

export const idOf = (generationId: string | undefined): { generationId?: string } =>
  generationId === undefined ? {} : { generationId };

/**
 * Python writes NaN and Infinity, which are not JSON. Strings are also matched, so that they stay unchanged.
 */
const TEXT_OR_NO_NUMBER = /"(?:[^"\\]|\\.)*(?:"|$)|\bNaN\b|-?\bInfinity\b/g;

/** Returns undefined if the body is not JSON. NaN and Infinity are read as null. */
export function parseJson(body: string): unknown {
  // Removes the byte order mark that some servers send.
  const text = body.trim();
  return (
    parse(text) ?? parse(text.replace(TEXT_OR_NO_NUMBER, (match) => (match.startsWith('"') ? match : 'null')))
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The response may come from a proxy between the server and the provider, usually as HTML.
    return undefined;
  }
}
