import type { Interval } from './ranking.js';

/** The 97.5 % quantile of the standard normal distribution. */
const Z = 1.959963984540054;

/**
 * Returns the 95 % interval of a rate (E. B. Wilson, 1927). It is also right for rates near 0 and 1.
 * @param rate 0 to 1
 * @param count the number of independent observations, above 0
 */
export function wilsonInterval(rate: number, count: number): Interval {
  const square = (Z * Z) / count;
  const middle = (rate + square / 2) / (1 + square);
  const half = (Z / (1 + square)) * Math.sqrt((rate * (1 - rate)) / count + square / (4 * count));
  // Rounding must not leave the rate outside.
  return {
    low: Math.max(0, Math.min(rate, middle - half)),
    high: Math.min(1, Math.max(rate, middle + half)),
  };
}
