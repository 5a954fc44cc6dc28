/** What the queue is asked to do: write the summary of a lead, for a batch or because the lead has changed. */
export interface SummaryJob {
  readonly leadId: number;
  /** Null: the lead has changed. */
  readonly batchId: number | null;
  /** How often it has been tried in vain, where it is of no batch. */
  readonly tryCount?: number;
}

export const SUMMARY_TASK = 'write_summary';

/** Failures are ours to judge; the queue itself tries again only where a job ends in a way that nobody thought of. */
export const MAX_ATTEMPTS = 1000;

/** The lower, the sooner: what somebody has just changed comes before what is written overnight. */
export const PRIORITIES = { change: 0, batch: 10 } as const;
