import type { Transaction } from 'sequelize';
import type {
  RecalculationCounts,
  RecalculationDifference,
  RecalculationFailure,
} from '../leads/scoring/recalculation-counter.js';

/** The origin of a recalculation: a client of the API, the schedule, or a command. */
export type RecalculationTrigger = 'api' | 'schedule' | 'command';

/**
 * `interrupted`: the process or its connection ended. PostgreSQL has rolled the recalculation back, and its
 * process could not record that.
 */
export type RecalculationStatus = 'running' | 'succeeded' | 'failed' | 'cancelled' | 'interrupted';

/** The permanent record of a recalculation. */
export interface Recalculation {
  readonly id: number;
  readonly trigger: RecalculationTrigger;
  /** Host name and process. */
  readonly host: string;
  readonly onlyStale: boolean;
  /** Whether contact states and scores were compared with the interactions. */
  readonly isVerification: boolean;
  readonly status: RecalculationStatus;
  /** The instant of all its scores. */
  readonly asOf: Date;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  /** The duration until now if it is running; null if its end is unknown. */
  readonly durationMs: number | null;
  readonly totalCount: number;
  readonly calculatedCount: number;
  /** Leads whose score was written. They were rolled back if the recalculation did not succeed. */
  readonly savedCount: number;
  /** Leads that were deleted, or had a fresher score. */
  readonly skippedCount: number;
  readonly failedCount: number;
  /** The first failures. */
  readonly failures: readonly RecalculationFailure[];
  /** Leads that differed before they were repaired. */
  readonly differenceCount: number;
  /** The first differences. */
  readonly differences: readonly RecalculationDifference[];
  /** The reason for a failure, as readable text. */
  readonly error: string | null;
}

export interface RecalculationRequest {
  readonly trigger: RecalculationTrigger;
  /**
   * Null: all leads. Otherwise leads with a stale score, and those whose score is older than this many hours.
   */
  readonly onlyStale: { readonly maxAgeHours: number | null } | null;
  /** Whether to compare contact states and scores with the interactions. */
  readonly isVerification?: boolean | undefined;
  /** The scheduled instant, by which only one of several replicas runs the recalculation. */
  readonly scheduledFor?: Date;
  /** Aborts and rolls back the recalculation. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: RecalculationCounts) => void;
  /**
   * Runs within the transaction before the first score is calculated. If the recalculation does not succeed, its
   * changes are rolled back too.
   */
  readonly prepare?: (transaction: Transaction, recalculationId: number) => Promise<void>;
}
