/**
 * The driver gives `numeric` as text, so as not to lose digits. Two decimals fit a number exactly enough. What is no number (`numeric`
 * knows NaN) says nothing about a budget.
 */
export function budgetOf(stored: unknown): number | null {
  const budget = stored == null ? NaN : Number(stored);
  return Number.isFinite(budget) ? budget : null;
}
