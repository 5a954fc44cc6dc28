import { DEFAULT_LEAD_STATUS } from '../lead-status.js';

/** How many leads stand where, the most frequent first. */
export const COUNT_BY_STATUS = `
  SELECT coalesce(status, '${DEFAULT_LEAD_STATUS}') AS status, count(*)::int AS count
  FROM leads GROUP BY 1 ORDER BY count DESC, status`;

/** How many leads came from where, the most frequent first. */
export const COUNT_BY_SOURCE = `
  SELECT source, count(*)::int AS count FROM leads GROUP BY source ORDER BY count DESC, source`;

/** How many leads have each score; null: never calculated. At most 102 rows, and the index has it all. */
export const COUNT_BY_SCORE = `
  SELECT score, count(*)::int AS count FROM lead_scores GROUP BY score ORDER BY score`;

/** Each from what is narrower than the leads: a table, and an index. `numeric` knows NaN, which is no budget. */
export const READ_AVERAGES = `
  SELECT (SELECT avg(score)::float8 FROM lead_scores) AS score,
    (SELECT avg(budget)::float8 FROM leads WHERE budget <> 'NaN') AS budget`;
