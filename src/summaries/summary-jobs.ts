/** A job of the queue: write the summary of a lead, for a batch or after a change. */
export interface SummaryJob {
  readonly leadId: number;
  /** Null: the job was queued after a change of the lead. */
  readonly batchId: number | null;
  /** The number of failed attempts, for a job without a batch. */
  readonly tryCount?: number;
}

export const SUMMARY_TASK = 'write_summary';

/**
 * The number of times that the queue starts a job that ends unexpectedly: by an error that is not a result of
 * a summary, or because its process ended. Each attempt may be billed. Expected failures end the job; a new
 * job retries them.
 */
export const MAX_ATTEMPTS = 4;

/**
 * The code for a lead whose summary ended unexpectedly at each attempt. Clients get the same code for
 * unexpected errors.
 */
export const UNEXPECTED = 'INTERNAL_SERVER_ERROR';

/** Lower numbers come first: leads that have just changed precede batches. */
export const PRIORITIES = { change: 0, batch: 10 } as const;
