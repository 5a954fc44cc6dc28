/**
 * The driver returns `numeric` as a string to preserve its digits. A double represents two decimals exactly
 * enough. NaN is a valid `numeric`, but not a budget.
 */
export function budgetOf(stored: unknown): number | null {
  const budget = stored == null ? NaN : Number(stored);
  return Number.isFinite(budget) ? budget : null;
}
