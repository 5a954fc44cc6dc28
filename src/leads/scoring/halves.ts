import type { IdRange } from './bulk-recalculation.sql.js';

/** The two halves of a range of more than one id. */
export function halvesOf({ afterId, upToId }: IdRange): [IdRange, IdRange] {
  const middle = Math.floor((afterId + upToId) / 2);
  return [
    { afterId, upToId: middle },
    { afterId: middle, upToId },
  ];
}
