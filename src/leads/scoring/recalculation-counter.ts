/** The maximum number of failures that are listed; all are counted. */
export const MAX_NAMED_FAILURES = 100;

/**
 * With more failures, the cause is probably not in single leads but, for example, a constraint that rejects
 * every row. Finding each lead by bisection would then take hours, while other transactions wait.
 */
const MAX_FAILURES = 10_000;

export interface RecalculationFailure {
  readonly leadId: number;
  /** Readable text without SQL. */
  readonly reason: string;
}

/** A lead whose stored contact state or score did not match its interactions. */
export interface RecalculationDifference {
  readonly leadId: number;
  /** Readable text. */
  readonly reason: string;
}

export interface RecalculationCounts {
  /** Leads to recalculate. */
  readonly totalCount: number;
  /** Leads whose calculation succeeded or failed. */
  readonly calculatedCount: number;
  /** Leads whose score has been written. Other transactions see it after the commit. */
  readonly savedCount: number;
  readonly failedCount: number;
}

export interface RecalculationProgress extends RecalculationCounts {
  /** The first `MAX_NAMED_FAILURES`. */
  readonly failures: readonly RecalculationFailure[];
  /** Leads that a verification found to differ. */
  readonly differenceCount: number;
  /** The first `MAX_NAMED_FAILURES`. */
  readonly differences: readonly RecalculationDifference[];
}

/** More leads were rejected than a recalculation handles one by one. */
export class TooManyFailuresError extends Error {
  override readonly name = 'TooManyFailuresError';
}

/** Counts the results of a recalculation, and calls `onProgress` with them. */
export class RecalculationCounter implements RecalculationProgress {
  calculatedCount = 0;
  savedCount = 0;
  failedCount = 0;
  readonly failures: RecalculationFailure[] = [];
  differenceCount = 0;
  readonly differences: RecalculationDifference[] = [];

  constructor(
    readonly totalCount: number,
    private readonly onProgress: (progress: RecalculationProgress) => void,
  ) {}

  saved(count: number): void {
    this.savedCount += count;
    this.calculatedCount += count;
    this.onProgress(this);
  }

  differed(leadId: number, reason: string): void {
    this.differenceCount += 1;
    if (this.differences.length < MAX_NAMED_FAILURES) this.differences.push({ leadId, reason });
  }

  /** @throws TooManyFailuresError */
  failed(leadId: number, reason: string): void {
    this.failedCount += 1;
    this.calculatedCount += 1;
    if (this.failures.length < MAX_NAMED_FAILURES) this.failures.push({ leadId, reason });
    if (this.failedCount > MAX_FAILURES) {
      throw new TooManyFailuresError(
        `More than ${MAX_FAILURES} leads were rejected, including lead ${leadId}: ${reason}`,
      );
    }
    this.onProgress(this);
  }
}
