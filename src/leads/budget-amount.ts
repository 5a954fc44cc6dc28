/** The largest value of `numeric(10,2)`. */
export const MAX_BUDGET = 99_999_999.99;

/** The number of decimal digits that a double always preserves. */
const SAFE_DIGITS = 15;

const DECIMAL = /^[+-]?(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i;

/** Counts the decimals of a decimal number without trailing zeros: 2 for 1.230 and for 123e-2. */
function decimalCountOf(text: string): number {
  const [, whole = '', fraction = '', exponent = '0'] = DECIMAL.exec(text) ?? [];
  const digits = `${whole}${fraction}`;
  if (/^0*$/.test(digits)) return 0;
  const zeros = digits.length - digits.replace(/0+$/, '').length;
  return Math.max(0, fraction.length - zeros - Number(exponent));
}

/**
 * Converts an amount to a number with at most two decimals; null if it has a fraction of a cent. Sums of
 * cents have rounding errors in their last digits (0.1 + 0.2 is 0.30000000000000004). Therefore only the
 * digits that a double always preserves count.
 */
export function toCents(amount: number): number | null {
  if (!Number.isFinite(amount)) return null;
  const kept = Number(amount.toPrecision(SAFE_DIGITS));
  return decimalCountOf(String(kept)) <= 2 ? kept : null;
}

/**
 * The driver returns `numeric` as a string to preserve its digits. A double represents two decimals exactly
 * enough. NaN is a valid `numeric`, but not a budget.
 */
export function budgetOf(stored: unknown): number | null {
  const budget = stored == null ? NaN : Number(stored);
  return Number.isFinite(budget) ? budget : null;
}
