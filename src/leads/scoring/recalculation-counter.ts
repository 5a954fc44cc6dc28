/** Failures that are named; all of them are counted. */
export const MAX_NAMED_FAILURES = 100;

/**
 * Failures beyond which the whole is at fault rather than leads: a constraint that refuses everything, say. To
 * find each lead by halving would take hours then, with every other writer waiting.
 */
const MAX_FAILURES = 10_000;

export interface RecalculationFailure {
  readonly leadId: number;
  /** For people; without SQL. */
  readonly reason: string;
}

/** A lead whose contact state or score was not what its interactions make it. */
export interface RecalculationDifference {
  readonly leadId: number;
  /** For people. */
  readonly reason: string;
}

export interface RecalculationCounts {
  /** Leads to recalculate. */
  readonly totalCount: number;
  /** Leads whose score has been worked out, or could not be. */
  readonly calculatedCount: number;
  /** Leads whose score has been written; others see it when all are. */
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

/** More leads were refused than can be told one by one. */
export class TooManyFailuresError extends Error {
  override readonly name = 'TooManyFailuresError';
}

/** Counts what a recalculation has done, and tells it to whoever watches. */
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
        `More than ${MAX_FAILURES} leads were refused, lead ${leadId} among them: ${reason}`,
      );
    }
    this.onProgress(this);
  }
}
