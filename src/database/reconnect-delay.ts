const FIRST_MS = 500;
const LONGEST_MS = 5_000;

/**
 * How long to wait before the next attempt to reconnect, in milliseconds. The delay doubles with each failed attempt up to
 * 5 s, and half of it is random, so that servers do not reconnect all at once after an outage.
 * @param failedCount attempts that have failed so far
 */
export function reconnectDelayMs(failedCount: number): number {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** failedCount);
  return longest * (0.5 + Math.random() / 2);
}
