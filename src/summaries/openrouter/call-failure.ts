import { BulkheadRejectedError, TaskCancelledError } from 'cockatiel';
import { SummaryProviderError } from '../provider-error.js';

/**
 * Converts the error of a call to an error with a code.
 * @param countsAsOutage whether a timeout counts against the provider: the request was sent, and the caller
 * still waits
 */
export function asProviderError(error: unknown, countsAsOutage: boolean): SummaryProviderError {
  if (error instanceof SummaryProviderError) return error;
  const isAborted = error instanceof Error && error.name === 'AbortError';
  if (error instanceof TaskCancelledError || isAborted) {
    return new SummaryProviderError(
      'SUMMARY_TIMED_OUT',
      { detail: 'the time limit was reached, or nobody waits any more' },
      { isRetryable: true, isOutage: countsAsOutage },
    );
  }
  return new SummaryProviderError(
    'SUMMARY_PROVIDER_UNAVAILABLE',
    { detail: unsentDetail(error) },
    { isRetryable: true, wasNotSent: error instanceof BulkheadRejectedError },
  );
}

function unsentDetail(error: unknown): string {
  if (error instanceof BulkheadRejectedError) return 'too many calls are waiting';
  return error instanceof Error ? error.name : 'unknown';
}
