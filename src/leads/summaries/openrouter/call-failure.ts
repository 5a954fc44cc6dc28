import { BulkheadRejectedError, TaskCancelledError } from 'cockatiel';
import { SummaryProviderError } from './provider-error.js';

/** Whatever ended a call, as an error with a code. */
export function asProviderError(error: unknown): SummaryProviderError {
  if (error instanceof SummaryProviderError) return error;
  const isAborted = error instanceof Error && error.name === 'AbortError';
  if (error instanceof TaskCancelledError || isAborted) {
    return new SummaryProviderError('SUMMARY_TIMED_OUT', {
      detail: 'the time limit was reached, or nobody waits any more',
    });
  }
  return new SummaryProviderError('SUMMARY_PROVIDER_UNAVAILABLE', { detail: unsentDetail(error) });
}

function unsentDetail(error: unknown): string {
  if (error instanceof BulkheadRejectedError) return 'too many calls are waiting';
  return error instanceof Error ? error.name : 'unknown';
}
