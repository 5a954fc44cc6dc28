export type SummaryBatchStatus = 'running' | 'succeeded' | 'budget_spent' | 'cancelled' | 'failed';

/** Summaries that were asked for together, and how far they are. */
export interface SummaryBatch {
  readonly id: number;
  readonly status: SummaryBatchStatus;
  readonly trigger: SummaryBatchTrigger;
  readonly onlyStale: boolean;
  readonly includeClosed: boolean;
  readonly limit: number | null;
  readonly maxCostUsd: number | null;
  /** Refused answers included. */
  readonly costUsd: number;
  readonly totalCount: number;
  readonly writtenCount: number;
  readonly unchangedCount: number;
  readonly failedCount: number;
  readonly skippedCount: number;
  readonly createdAt: Date;
  readonly endedAt: Date | null;
  /** Until when workers wait for the provider; null: none is known to wait. A summary that is written ends it. */
  readonly pausedUntil: Date | null;
  /** Why it did not get to its end, for people. */
  readonly error: string | null;
}

export type SummaryBatchTrigger = 'api' | 'command';

export interface SummaryBatchRequest {
  readonly trigger: SummaryBatchTrigger;
  /** Else all leads, also those whose summary is of the same facts. */
  readonly onlyStale: boolean;
  /** Whether closed leads, won or lost, are among them. */
  readonly includeClosed: boolean;
  /** At most so many leads; null: all. */
  readonly limit: number | null;
  /** In US dollars; null: whatever it costs. */
  readonly maxCostUsd: number | null;
}

/** A lead that got no summary. */
export interface SummaryFailure {
  readonly leadId: number;
  /** As in `extensions.code`. */
  readonly code: string;
  readonly reason: string;
}
