export interface SummaryBudget {
  /** Null: no limit. */
  readonly maxCostUsd: number | null;
  readonly costUsd: number;
  /** What the most expensive summary has cost; null: nobody knows yet. */
  readonly largestCostUsd: number | null;
  /** Summaries of the batch that are being written. */
  readonly writingCount: number;
}

/**
 * Whether one more summary may be begun. Nobody knows what it will cost, so each that is being written is taken to cost
 * as much as the most expensive one before; until one is known, they are written one by one. So the limit is kept unless a
 * single summary costs more than all before it.
 * @returns `wait`: those that are being written have to come to their end first
 */
export function mayBegin({
  maxCostUsd,
  costUsd,
  largestCostUsd,
  writingCount,
}: SummaryBudget): 'yes' | 'wait' | 'no' {
  if (maxCostUsd === null) return 'yes';
  if (costUsd >= maxCostUsd) return 'no';
  if (largestCostUsd === null) return writingCount === 0 ? 'yes' : 'wait';
  // Sums of money in binary fractions: what is a billionth above the limit is not above it.
  const isWithin = costUsd + (writingCount + 1) * largestCostUsd <= maxCostUsd * (1 + 1e-9);
  if (isWithin) return 'yes';
  return writingCount === 0 ? 'no' : 'wait';
}
