/**
 * Whether lists and objects of a JSON value stand within one another deeper than they may. Goes no deeper itself, and
 * looks at each value once, so it is safe with whatever the body of a request may hold.
 */
export function isDeeperThan(value: unknown, maxDepth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (maxDepth === 0) return true;
  return Object.values(value).some((item) => isDeeperThan(item, maxDepth - 1));
}
