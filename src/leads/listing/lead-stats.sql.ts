import { DEFAULT_LEAD_STATUS } from '../lead-status.js';

/** Counts leads by status, compared by `label_key`, the most frequent first. */
export const COUNT_BY_STATUS = `
  SELECT label_key(coalesce(status, '${DEFAULT_LEAD_STATUS}')) AS status, sum(count)::int AS count
  FROM (SELECT status, count(*) AS count FROM leads GROUP BY status) AS spelling
  GROUP BY 1 ORDER BY count DESC, status`;

/**
 * Counts leads by source, compared by `label_key`, the most frequent first. Each source has its most frequent
 * spelling.
 */
export const COUNT_BY_SOURCE = `
  SELECT (array_agg(source ORDER BY count DESC, source))[1] AS source, sum(count)::int AS count
  FROM (SELECT source, count(*) AS count FROM leads GROUP BY source) AS spelling
  GROUP BY label_key(source) ORDER BY 2 DESC, 1`;

/** Counts leads by score; null: never calculated. Returns at most 102 rows from an index-only scan. */
export const COUNT_BY_SCORE = `
  SELECT score, count(*)::int AS count FROM lead_scores GROUP BY score ORDER BY score`;

/** Counts open leads by score; null: never calculated. An index-only scan suffices. */
export const COUNT_OPEN_BY_SCORE = `
  SELECT score, count(*)::int AS count FROM lead_scores WHERE "isOpen" GROUP BY score ORDER BY score`;

/**
 * Each average reads less than all rows of `leads`: a smaller table, and an index. NaN is a valid `numeric`,
 * but not a budget.
 */
export const READ_AVERAGES = `
  SELECT (SELECT avg(score)::float8 FROM lead_scores) AS score,
    (SELECT avg(budget)::float8 FROM leads WHERE budget <> 'NaN') AS budget`;
