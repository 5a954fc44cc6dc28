import { lookUp } from '../../database/index-look-up.sql.js';
import { PARAMETERS_FINGERPRINT } from './parameters-fingerprint.js';
import { SCORING_PARAMETERS } from './scoring-parameters.js';

const { recency, engagement, budget, status } = SCORING_PARAMETERS;

const SECONDS_A_DAY = 86_400;

/**
 * A number as `double precision`: arithmetic on `numeric`, which a bare 0.5 would be, is several times slower.
 */
const double = (value: number): string => `${value}::float8`;

/**
 * `2^(-x)`, for x of 0 or more. PostgreSQL reports an underflow as an error where JavaScript answers 0: beyond
 * 2^-1000 there is nothing left to lose.
 */
const halved = (exponent: string): string => `power(2::float8, greatest(-(${exponent}), -1000::float8))`;

/** The age of a date in half-lives. `date_part` yields `double precision`, `extract` would yield `numeric`. */
const halfLives = (asOf: string, date: string, halfLifeDays: number): string =>
  `date_part('epoch', ${asOf} - ${date}) / ${double(SECONDS_A_DAY * halfLifeDays)}`;

const typeWeight = `CASE type WHEN 'meeting' THEN ${double(engagement.weights.meeting)} WHEN 'call' THEN ${double(engagement.weights.call)} ELSE ${double(engagement.weights.email)} END`;

const statusPoints = `CASE label_key(lead.status) ${Object.entries(status.points)
  .map(([name, points]) => `WHEN '${name}' THEN ${double(points)}`)
  .join(' ')} ELSE ${double(status.pointsOtherwise)} END`;

/** What the interactions of a lead contribute; all of it is null or 0 if there are none. */
const contributions = (asOf: string): string => `
            max(date) AS "lastContactAt",
            sum(${typeWeight} * ${halved(halfLives(asOf, 'date', engagement.halfLifeDays))}) AS weight,
            count(*) FILTER (WHERE type = 'meeting') AS "meetingCount",
            count(*) FILTER (WHERE type = 'call') AS "callCount",
            count(*) FILTER (WHERE type = 'email') AS "emailCount"
          FROM interactions
          WHERE date <= ${asOf} AND date > '-infinity'`;

/** Joins the contributions of few leads: one index look-up for each lead. */
export const contactOfEach = (asOf: string): string => `
        CROSS JOIN LATERAL (
          SELECT ${contributions(asOf)} AND ${lookUp('"leadId"', 'lead.id')}
        ) AS contact`;

/**
 * Joins the contributions of a range of leads from one scan of their interactions, which PostgreSQL may run in
 * parallel. The session must have `enable_nestloop` off: a nested loop can repeat the scan for each lead.
 * @param onLeadId a condition on `"leadId"` of `interactions`
 */
export const contactOfRange = (asOf: string, onLeadId: string): string => `
        LEFT JOIN (
          SELECT "leadId", ${contributions(asOf)} AND ${onLeadId}
          GROUP BY "leadId"
        ) AS contact ON contact."leadId" = lead.id`;

/** The leads that a query scores. */
export interface ScoredLeads {
  /** `contactOfEach` or `contactOfRange`. */
  readonly contact: string;
  /** A condition on `lead`, a row of `leads`. */
  readonly condition: string;
}

/**
 * A query that works out scores as activity-score.ts does, in `double precision` from the same parameters: one
 * row a lead with its `id`, the `version` of the lead's row that it rests on, and the columns in which a score
 * is kept.
 *
 * `OFFSET 0` keeps each level's values from being worked out again wherever the next one uses them. A date of
 * -infinity, which an adopted database may hold, is infinitely long ago: it adds nothing, and does not count.
 *
 * @param asOf an expression for the instant that scores are measured at, in whole milliseconds
 */
export function scoresOf({ contact, condition }: ScoredLeads, asOf: string): string {
  return `
  SELECT id, version, ${asOf} AS "scoreCalculatedAt", ${PARAMETERS_FINGERPRINT} AS "scoreParameters",
    total AS "activityScore",
    -- The points still missing go one each to the largest remainders; a tie goes to the factor listed first.
    (r_floor + (1 + (e > r)::int + (b > r)::int + (s > r)::int <= missing)::int)::smallint AS "recencyPoints",
    (e_floor + (1 + (r >= e)::int + (b > e)::int + (s > e)::int <= missing)::int)::smallint AS "engagementPoints",
    (b_floor + (1 + (r >= b)::int + (e >= b)::int + (s > b)::int <= missing)::int)::smallint AS "budgetPoints",
    (s_floor + (1 + (r >= s)::int + (e >= s)::int + (b >= s)::int <= missing)::int)::smallint AS "statusPoints",
    "lastContactAt",
    coalesce("meetingCount", 0)::int AS "meetingCount",
    coalesce("callCount", 0)::int AS "callCount",
    coalesce("emailCount", 0)::int AS "emailCount"
  FROM (
    SELECT *, total - r_floor - e_floor - b_floor - s_floor AS missing,
      recency - r_floor AS r, engagement - e_floor AS e, budget - b_floor AS b, status - s_floor AS s
    FROM (
      SELECT *,
        floor(recency)::int AS r_floor, floor(engagement)::int AS e_floor,
        floor(budget)::int AS b_floor, floor(status)::int AS s_floor,
        least(100, greatest(0, floor(recency + engagement + budget + status + 0.5::float8)))::int AS total
      FROM (
        SELECT lead.id, lead.xmin AS version,
          coalesce(${double(recency.cap)} * ${halved(halfLives(asOf, 'contact."lastContactAt"', recency.halfLifeDays))}, 0::float8) AS recency,
          ${double(engagement.cap)} * (1::float8 - ${halved(`coalesce(contact.weight, 0::float8) / ${double(engagement.halfCapPoints)}`)}) AS engagement,
          CASE WHEN lead.budget > 0 AND lead.budget <> 'NaN'
            THEN ${double(budget.cap)} * (1::float8 - ${halved(`lead.budget::float8 / ${double(budget.halfCapBudget)}`)})
            ELSE 0::float8 END AS budget,
          ${statusPoints} AS status,
          contact."lastContactAt", contact."meetingCount", contact."callCount", contact."emailCount"
        FROM leads AS lead${contact}
        WHERE ${condition}
        OFFSET 0
      ) AS factor
      OFFSET 0
    ) AS rounded
    OFFSET 0
  ) AS apportioned`;
}

/** Writes what `scoresOf` has worked out, as `fresh`, into the leads' rows; `updatedAt` says something else. */
export const SET_SCORE = `
  SET "activityScore" = fresh."activityScore",
      "scoreCalculatedAt" = fresh."scoreCalculatedAt",
      "scoreParameters" = fresh."scoreParameters",
      "recencyPoints" = fresh."recencyPoints",
      "engagementPoints" = fresh."engagementPoints",
      "budgetPoints" = fresh."budgetPoints",
      "statusPoints" = fresh."statusPoints",
      "lastContactAt" = fresh."lastContactAt",
      "meetingCount" = fresh."meetingCount",
      "callCount" = fresh."callCount",
      "emailCount" = fresh."emailCount"`;
