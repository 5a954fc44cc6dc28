export type SummaryBatchStatus = 'running' | 'succeeded' | 'budget_spent' | 'cancelled' | 'failed';

/** A batch of summaries and its progress. */
export interface SummaryBatch {
  readonly id: number;
  readonly status: SummaryBatchStatus;
  readonly trigger: SummaryBatchTrigger;
  readonly onlyStale: boolean;
  readonly includeClosed: boolean;
  readonly limit: number | null;
  readonly maxCostUsd: number | null;
  /** Includes the cost of rejected answers. */
  readonly costUsd: number;
  readonly totalCount: number;
  readonly writtenCount: number;
  readonly unchangedCount: number;
  readonly failedCount: number;
  readonly skippedCount: number;
  readonly createdAt: Date;
  readonly endedAt: Date | null;
  /**
   * The end of the pause of workers that wait for the provider; null: no known pause. A written summary ends
   * the pause.
   */
  readonly pausedUntil: Date | null;
  /** The reason why it ended early, as readable text. */
  readonly error: string | null;
}

export type SummaryBatchTrigger = 'api' | 'command';

export interface SummaryBatchRequest {
  readonly trigger: SummaryBatchTrigger;
  /** False: all leads, including those whose summary is of the same facts. */
  readonly onlyStale: boolean;
  /** Whether to include closed leads, won or lost. */
  readonly includeClosed: boolean;
  /** The maximum number of leads; null: all. */
  readonly limit: number | null;
  /** In US dollars; null: no limit. */
  readonly maxCostUsd: number | null;
}

/** A lead whose summary failed. */
export interface SummaryFailure {
  readonly leadId: number;
  /** The same code as in `extensions.code`. */
  readonly code: string;
  readonly reason: string;
}
