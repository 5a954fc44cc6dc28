import type {
  RecalculationCounts,
  RecalculationDifference,
  RecalculationFailure,
} from '../leads/scoring/recalculation-counter.js';

/** Who or what started a run: a caller of the API, the schedule, or somebody at a terminal. */
export type RecalculationTrigger = 'api' | 'schedule' | 'command';

/**
 * `interrupted`: its process, or its connection, is gone. PostgreSQL has rolled it back, and it never got to say
 * so itself.
 */
export type RecalculationStatus = 'running' | 'succeeded' | 'failed' | 'cancelled' | 'interrupted';

/** The record of a recalculation, which outlives it. */
export interface Recalculation {
  readonly id: number;
  readonly trigger: RecalculationTrigger;
  /** Host and process. */
  readonly host: string;
  readonly onlyStale: boolean;
  /** Whether contact states and scores were compared with the interactions. */
  readonly isVerification: boolean;
  readonly status: RecalculationStatus;
  /** The instant that all its scores are measured at. */
  readonly asOf: Date;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  /** Until now, where it is running; null where nobody knows when it ended. */
  readonly durationMs: number | null;
  readonly totalCount: number;
  readonly calculatedCount: number;
  /** Leads whose score was written. Where the run did not succeed, that was rolled back. */
  readonly savedCount: number;
  /** Leads that were removed, or had a fresher score. */
  readonly skippedCount: number;
  readonly failedCount: number;
  /** The first of them. */
  readonly failures: readonly RecalculationFailure[];
  /** Leads that differed before they were repaired. */
  readonly differenceCount: number;
  /** The first of them. */
  readonly differences: readonly RecalculationDifference[];
  /** Why it did not succeed, for people. */
  readonly error: string | null;
}

export interface RecalculationRequest {
  readonly trigger: RecalculationTrigger;
  /** Null: all leads; else the leads with a stale score, and those whose score is older than so many hours. */
  readonly onlyStale: { readonly maxAgeHours: number | null } | null;
  /** Whether contact states and scores are compared with the interactions. */
  readonly isVerification?: boolean | undefined;
  /** The instant of the schedule that it is for, so that of several replicas one runs it. */
  readonly scheduledFor?: Date;
  /** Rolls it back. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: RecalculationCounts) => void;
}
