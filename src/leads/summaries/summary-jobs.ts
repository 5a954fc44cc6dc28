/** What the queue is asked to do: write the summary of a lead, for a batch or because the lead has changed. */
export interface SummaryJob {
  readonly leadId: number;
  /** Null: the lead has changed. */
  readonly batchId: number | null;
  /** How often it has been tried in vain, where it is of no batch. */
  readonly tryCount?: number;
}

export const SUMMARY_TASK = 'write_summary';

/**
 * How often the queue starts a job that ends unexpectedly: by an error that is not an outcome of a summary, or with its
 * process. Each time may pay the provider. Expected failures end the job, and are tried again by a new one.
 */
export const MAX_ATTEMPTS = 4;

/** The code of a lead whose summary ended unexpectedly each time, as clients get it for an unexpected error. */
export const UNEXPECTED = 'INTERNAL_SERVER_ERROR';

/** The lower, the sooner: what somebody has just changed comes before what is written overnight. */
export const PRIORITIES = { change: 0, batch: 10 } as const;
