/** The first scan reads this many leads for each lead to find. */
export const SHORT_SCAN = 10;

/** A longer scan takes more time than reading all leads and sorting the matching ones. */
const LONGEST_SCAN = 20_000;

/** Leads are distributed unevenly, so the expected scan size is often not enough. */
const MARGIN = 1.5;

/**
 * The cost of finding matching leads in the search index, as the number of leads that a scan reads in the
 * same time. Measured with the trigram index at 100 000 leads: 2.5 to 4.6 ms, while a scan takes 2 to 6 µs a
 * lead.
 */
const INDEX_COST = 500;

/**
 * The cost of reading and sorting one lead from the search index, in the same unit. Also measured: 3.5 to 7
 * µs.
 */
const SORTED_LEAD_COST = 2;

/** A scan that has not found enough leads. */
export interface IndexScan {
  /** The number of leads that the scan has read. */
  readonly scanSize: number;
  readonly foundCount: number;
  /** The number of leads to find. */
  readonly limit: number;
}

/**
 * Estimates, after a scan that has not found enough, the size of the next scan from the same position. The
 * estimate extrapolates from the matches so far.
 * @param leadCount the number of all leads, if an index can find the matching ones; null: there is no such
 * index
 * @returns null if no estimate is possible, or if sorting all matches is cheaper
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
