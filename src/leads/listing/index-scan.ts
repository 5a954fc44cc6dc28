/** How many leads the first walk looks at, for each that is to be found. */
export const SHORT_SCAN = 10;

/** A longer one takes longer than looking at every lead there is and sorting what is found. */
const LONGEST_SCAN = 20_000;

/** Leads are not spread so evenly that what is expected to be enough always is. */
const MARGIN = 1.5;

/**
 * What it takes to have an index name the leads that are asked for, in leads that a walk looks at in the same time. Measured
 * with the index of words at 100 000 leads: 2.5 to 4.6 ms, where a walk takes 2 to 6 µs a lead.
 */
const INDEX_COST = 500;

/** What it takes to read and to sort one that the index has named, in the same unit. Measured so as well: 3.5 to 7 µs. */
const SORTED_LEAD_COST = 2;

/** A walk that has not found enough. */
export interface IndexScan {
  /** How many leads it has looked at. */
  readonly scanSize: number;
  readonly foundCount: number;
  /** How many are to be found. */
  readonly limit: number;
}

/**
 * How many leads to look at, from the same place, after a walk that has not found enough: as many as should do, going
 * by what it has found.
 * @param leadCount how many leads there are, where an index knows which are asked for; null: none does
 * @returns null: nobody can tell, or sorting what there is to be found takes less
 */
export function nextScanSize(walk: IndexScan, leadCount: number | null): number | null {
  if (walk.foundCount === 0) return null;
  const next = Math.ceil(((walk.scanSize * walk.limit) / walk.foundCount) * MARGIN);
  return next <= longestScan(walk, leadCount) ? next : null;
}

function longestScan({ scanSize: stride, foundCount }: IndexScan, leadCount: number | null): number {
  if (leadCount === null) return LONGEST_SCAN;
  const expectedCount = (leadCount * foundCount) / stride;
  return Math.min(LONGEST_SCAN, INDEX_COST + SORTED_LEAD_COST * expectedCount);
}
