import { INTERACTION_KINDS } from './contact-state.js';
import { needsNewState } from './score.sql.js';
import { SCORING_PARAMETERS } from './scoring-parameters.js';

/**
 * Returns milliseconds since 1970, rounded up. This preserves comparisons: an instant in whole milliseconds
 * is before the interaction exactly if it is before the rounded value. A JavaScript number can represent
 * every date of PostgreSQL; a `Date` cannot.
 */
const milliseconds = (instant: string): string => `ceil(extract(epoch FROM ${instant}) * 1000)::float8`;

const INSTANTS = ['lastInteractionAt', 'lastContactAt', 'nextInteractionAt', 'nextContactAt'];
const COUNTS = INTERACTION_KINDS.map((kind) => `${kind}Count`);
const WEIGHTS = INTERACTION_KINDS.map((kind) => `${kind}Weight`);
const STATE = [...INSTANTS, ...COUNTS, ...WEIGHTS].map((column) => `"${column}"`).join(', ');

/** Decays a weight by the time by which `milliseconds` rounds its instant up. */
const atRounded = (weight: string, instant: string): string =>
  `decayed(${weight}, date_trunc('milliseconds', ${instant} + interval '999 us') - ${instant})`;

/** The instant at which an interaction was recorded, limited to now. */
const RECORDED = `greatest(least("createdAt", statement_timestamp()), timestamptz '0001-01-01 00:00:00+00')`;

const HORIZON = `interval '${SCORING_PARAMETERS.recency.horizonDays * 86_400} s'`;

const IS_CONTACT = `(type <> 'email' OR direction IS DISTINCT FROM 'outbound')`;

/**
 * Parameters, each a list with one element per key:
 * - $1: the lead ids.
 * - $2: the instant of the contact state; null: now.
 * - $3: whether to read the state of the millisecond before instead.
 * - $4: the end of the range in which later interactions are read; may be infinity.
 * - $5: the maximum number of these interactions; null: all.
 *
 * Interactions at the same instant are ordered by id. An interaction dated infinity never takes place. For a
 * past instant, only interactions that had been recorded by then count as planned.
 */
export const READ_HISTORIES = `
  SELECT key.position::int, coalesce(leads.status, 'new') AS status,
    CASE WHEN leads.budget <> 'NaN' THEN leads.budget::float8 END AS budget,
    ${milliseconds('moment.at')} AS at,
    ${INSTANTS.filter((column) => column !== 'nextContactAt')
      .map((column) => `${milliseconds(`state."${column}"`)} AS "${column}"`)
      .join(',\n    ')},
    ${milliseconds(`CASE WHEN moment.at >= statement_timestamp() OR key.at IS NULL THEN state."nextContactAt" ELSE (
      SELECT min(date) FROM interactions
      WHERE "leadId" = leads.id AND date > moment.at AND isfinite(date) AND ${IS_CONTACT} AND ${RECORDED} <= moment.at
    ) END`)} AS "nextContactAt",
    ${COUNTS.map((column) => `coalesce(state."${column}", 0) AS "${column}"`).join(', ')},
    ${WEIGHTS.map((column) => `${atRounded(`state."${column}"`, 'state."lastInteractionAt"')} AS "${column}"`).join(',\n    ')},
    (
      SELECT json_agg(json_build_array(
        id, type, direction, ${milliseconds('date')}, ${atRounded('1', 'date')}, ${milliseconds('recorded')}
      ) ORDER BY date, id)
      FROM (
        SELECT id, type, direction, date, ${RECORDED} AS recorded FROM interactions
        WHERE "leadId" = leads.id AND date > moment.at AND date <= key."until" AND isfinite(date)
        ORDER BY date, id LIMIT key."limit"
      ) AS later
    ) AS interactions,
    (
      SELECT json_build_array(${milliseconds(`greatest(date - ${HORIZON}, ${RECORDED})`)}, ${milliseconds('date')})
      FROM interactions
      WHERE "leadId" = leads.id AND date > greatest(moment.at, key."until") AND isfinite(date) AND ${IS_CONTACT}
        AND date <= greatest(moment.at, key."until") + ${HORIZON} AND ${RECORDED} <= greatest(moment.at, key."until")
      ORDER BY greatest(date - ${HORIZON}, ${RECORDED}), date LIMIT 1
    ) AS "contactAfterwards"
  FROM unnest($1::int[], $2::timestamptz[], $3::boolean[], $4::timestamptz[], $5::int[]) WITH ORDINALITY
    AS key (id, at, "isBefore", "until", "limit", position)
  JOIN leads ON leads.id = key.id
  CROSS JOIN LATERAL (
    SELECT coalesce(key.at, date_trunc('milliseconds', statement_timestamp()))
      - CASE WHEN key."isBefore" THEN interval '1 millisecond' ELSE '0' END AS at
  ) AS moment
  CROSS JOIN LATERAL (
    SELECT ${STATE} FROM (SELECT leads.*) AS known WHERE NOT ${needsNewState('leads', 'moment.at')}
    UNION ALL
    SELECT ${STATE} FROM contact_state_of(leads.id, moment.at) WHERE ${needsNewState('leads', 'moment.at')}
  ) AS state`;
