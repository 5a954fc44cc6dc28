/** What `numeric(10,2)` holds. */
export const MAX_BUDGET = 99_999_999.99;

/** Digits of a decimal number that a double always keeps. */
const SAFE_DIGITS = 15;

const DECIMAL = /^[+-]?(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i;

/** How many decimals a decimal number has, trailing zeros left out: 2 for 1.230 and for 123e-2. */
export function decimalCountOf(text: string): number {
  const [, whole = '', fraction = '', exponent = '0'] = DECIMAL.exec(text) ?? [];
  const digits = `${whole}${fraction}`;
  if (/^0*$/.test(digits)) return 0;
  const zeros = digits.length - digits.replace(/0+$/, '').length;
  return Math.max(0, fraction.length - zeros - Number(exponent));
}

/**
 * The amount in whole cents; null if it has a fraction of a cent. Sums of cents miss their decimal by an error in the last
 * digits (0.1 + 0.2 is 0.30000000000000004), so only digits that a double always keeps count.
 */
export function toCents(amount: number): number | null {
  if (!Number.isFinite(amount)) return null;
  const kept = Number(amount.toPrecision(SAFE_DIGITS));
  return decimalCountOf(String(kept)) <= 2 ? kept : null;
}
