import { BulkheadRejectedError, TaskCancelledError } from 'cockatiel';
import { SummaryProviderError } from '../provider-error.js';

/**
 * Whatever ended a call, as an error with a code.
 * @param isProvidersFault whether running out of time would be the provider's fault: it was asked, and is waited for
 */
export function asProviderError(error: unknown, isProvidersFault: boolean): SummaryProviderError {
  if (error instanceof SummaryProviderError) return error;
  const isAborted = error instanceof Error && error.name === 'AbortError';
  if (error instanceof TaskCancelledError || isAborted) {
    return new SummaryProviderError(
      'SUMMARY_TIMED_OUT',
      { detail: 'the time limit was reached, or nobody waits any more' },
      { isRetryable: true, isOutage: isProvidersFault },
    );
  }
  return new SummaryProviderError(
    'SUMMARY_PROVIDER_UNAVAILABLE',
    { detail: unsentDetail(error) },
    { isRetryable: true, isUnasked: error instanceof BulkheadRejectedError },
  );
}

function unsentDetail(error: unknown): string {
  if (error instanceof BulkheadRejectedError) return 'too many calls are waiting';
  return error instanceof Error ? error.name : 'unknown';
}
