import { AppEvent } from '../common/app-event.js';

export const SUMMARY_BATCH_ERROR_CODES = ['SUMMARY_BATCH_NOT_RUNNING'] as const;

declare module '../common/domain-error.js' {
  interface ErrorCodeLists {
    readonly summaryBatches: typeof SUMMARY_BATCH_ERROR_CODES;
  }
}

/** A summary batch was queued, or has ended. */
export const batchChanged = new AppEvent<{ readonly batchId: number; readonly status: string }>('batch');

/** A job of the queue ended. */
export const jobEnded = new AppEvent<{
  readonly leadId: number;
  readonly batchId: number | null;
  readonly durationMs: number;
  /** Undefined: the job succeeded. */
  readonly error?: unknown;
}>('job');
