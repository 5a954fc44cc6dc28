import { readColumns } from '../leads/lead-record.js';
import { STORED_SCORE_COLUMNS } from '../leads/scoring/score-breakdown.js';
import { needsNewState, type RulesInSql, scoreNumberAt, selectScore } from '../leads/scoring/score.sql.js';

/** The number of leads that a preview names. */
const MOVER_COUNT = 20;

const POINTS = ['recencyPoints', 'engagementPoints', 'budgetPoints', 'statusPoints', 'fitPoints'];

/** Whether the stored score is certainly that of the rules in force at the instant. */
const isCertain = (at: string, { version }: RulesInSql): string => `(
    leads."rulesVersion" = ${version} AND leads."scoreCalculatedAt" <= ${at} AND leads."scoreValidUntil" > ${at}
    AND leads."scoreParameters" IS NULL
    AND leads."activityScore" = ${POINTS.map((column) => `leads."${column}"`).join(' + ')}
  ) IS TRUE`;

/**
 * Returns a statement that scores every lead with two sets of rules. Its row has
 * - `counts`: for each combination of a score before and after and whether the lead is open, the number of leads;
 * - `movers`: the leads whose score changes most.
 *
 * The score before is null if no score was ever calculated. Both rules are literals, so PostgreSQL plans with constants.
 */
export const previewScores = (at: string, current: RulesInSql, rules: RulesInSql): string => `
  WITH scored AS MATERIALIZED (
    SELECT leads.id, is_open_status(leads.status) AS "isOpen",
      CASE WHEN leads."scoreCalculatedAt" IS NULL THEN NULL
        WHEN ${isCertain(at, current)} THEN leads."activityScore"
        ELSE ${scoreNumberAt('leads', at, current)} END AS before,
      score."activityScore" AS after
    FROM leads CROSS JOIN LATERAL (${selectScore('leads', at, rules)}) AS score
    WHERE NOT ${needsNewState('leads', at, rules)}
    UNION ALL
    SELECT leads.id, is_open_status(leads.status),
      CASE WHEN leads."scoreCalculatedAt" IS NULL THEN NULL ELSE ${scoreNumberAt('leads', at, current)} END,
      ${scoreNumberAt('leads', at, rules)}
    FROM leads
    WHERE ${needsNewState('leads', at, rules)}
  )
  SELECT
    (
      SELECT coalesce(json_agg(json_build_array("isOpen", before, after, count)), '[]') FROM (
        SELECT "isOpen", before, after, count(*) FROM scored GROUP BY "isOpen", before, after
      ) AS grouped
    ) AS counts,
    (
      SELECT coalesce(json_agg(json_build_array(id, before, after)), '[]') FROM (
        SELECT id, before, after FROM scored WHERE before IS DISTINCT FROM after
        ORDER BY abs(after - coalesce(before, 0)) DESC, id LIMIT ${MOVER_COUNT}
      ) AS moved
    ) AS movers`;

/**
 * Returns a statement that reads leads with the stored columns of a score as if rules had calculated it at the instant.
 * @param ids numbers of leads
 */
export const explainScores = (ids: readonly number[], at: string, rules: RulesInSql): string => `
  SELECT ${readColumns(STORED_SCORE_COLUMNS.filter((column) => !SCORED.has(column)))},
    ${at} AS "scoreCalculatedAt", score."activityScore", ${POINTS.map((column) => `score."${column}"`).join(', ')},
    score."fitMatches", state."lastContactAt", state."nextContactAt", state."meetingCount", state."callCount",
    state."emailCount", state."outboundEmailCount"
  FROM leads
  CROSS JOIN LATERAL contact_state_of(leads.id, ${at}, ${rules.engagementHalfLifeDays}) AS state
  CROSS JOIN LATERAL (${selectScore('leads', at, rules, 'state')}) AS score
  WHERE leads.id IN (${ids.join(',')})`;

const SCORED: ReadonlySet<string> = new Set([
  ...POINTS,
  'activityScore',
  'scoreCalculatedAt',
  'fitMatches',
  'rulesVersion',
  'lastContactAt',
  'nextContactAt',
  'meetingCount',
  'callCount',
  'emailCount',
  'outboundEmailCount',
]);
