/**
 * Whether lists and objects of a JSON value are nested deeper than allowed. Recurses no deeper than that and
 * visits each value once, so it is safe for any request body.
 */
export function isDeeperThan(value: unknown, maxDepth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (maxDepth === 0) return true;
  return Object.values(value).some((item) => isDeeperThan(item, maxDepth - 1));
}
