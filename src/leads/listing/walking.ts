/** How many leads the first walk looks at, for each that is to be found. */
export const SHORT_WALK = 25;

/** A longer one takes longer than sorting what few leads there are to be found. */
const LONGEST_WALK = 20_000;

/** Of all leads: the index of words finds what few there are sooner than a walk past more than these. */
const LONGEST_SHARE = 1 / 20;

/**
 * The most leads that a walk may look at.
 * @param leadCount how many there are, where an index knows which are asked for; null: none does
 */
export const longestWalk = (leadCount: number | null): number =>
  leadCount === null ? LONGEST_WALK : Math.min(LONGEST_WALK, leadCount * LONGEST_SHARE);

/** Leads are not spread so evenly that what is expected to be enough always is. */
const MARGIN = 1.5;

/**
 * How many leads to look at, from the same place, after a walk that has not found enough: as many as should do, going
 * by what it has found.
 * @param limit how many are to be found
 * @param longest how many a walk may look at
 * @returns null: nobody can tell, or too many
 */
export function nextStride(
  stride: number,
  foundCount: number,
  limit: number,
  longest: number,
): number | null {
  if (foundCount === 0) return null;
  const next = Math.ceil(((stride * limit) / foundCount) * MARGIN);
  return next <= longest ? next : null;
}
