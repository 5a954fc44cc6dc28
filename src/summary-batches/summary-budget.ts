export interface SummaryBudget {
  /** Null: no limit. */
  readonly maxCostUsd: number | null;
  readonly costUsd: number;
  /** The cost of the most expensive summary; null: not known yet. */
  readonly largestCostUsd: number | null;
  /** The number of summaries of the batch in progress. */
  readonly writingCount: number;
}

/**
 * Whether another summary may begin. Each summary in progress is assumed to cost as much as the most
 * expensive one before. Until a cost is known, only one is written at a time. The limit is therefore exceeded
 * only if a single summary costs more than all previous ones.
 * @returns `wait`: summaries in progress must end first
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
  // Tolerates rounding errors of binary fractions: a billionth above the limit is allowed.
  const isWithin = costUsd + (writingCount + 1) * largestCostUsd <= maxCostUsd * (1 + 1e-9);
  if (isWithin) return 'yes';
  return writingCount === 0 ? 'no' : 'wait';
}
