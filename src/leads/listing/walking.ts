/** How many leads the first walk looks at, for each that is to be found. */
export const SHORT_WALK = 25;

/** A longer one takes longer than sorting what few leads there are to be found. */
const LONGEST_WALK = 20_000;

/** Leads are not spread so evenly that what is expected to be enough always is. */
const MARGIN = 1.5;

/**
 * How many leads to look at, from the same place, after a walk that has not found enough: as many as should do, going
 * by what it has found.
 * @param limit how many are to be found
 * @returns null: nobody can tell, or too many
 */
export function nextStride(stride: number, foundCount: number, limit: number): number | null {
  if (foundCount === 0) return null;
  const next = Math.ceil(((stride * limit) / foundCount) * MARGIN);
  return next <= LONGEST_WALK ? next : null;
}
