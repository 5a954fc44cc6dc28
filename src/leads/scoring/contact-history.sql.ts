import { INTERACTION_KINDS } from './contact-state.js';
import { needsNewState, RULES_IN_FORCE, selectFit } from './score.sql.js';

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
  `decayed(${weight}, date_trunc('milliseconds', ${instant} + interval '999 us') - ${instant},
      (rules.parameters)."engagementHalfLifeDays")`;

/** The instant at which an interaction was recorded, limited to now. */
const RECORDED = `greatest(least(coalesce("recordedAt", "createdAt"), statement_timestamp()), timestamptz '0001-01-01 00:00:00+00')`;

const amount = (budget: string): string => `CASE WHEN ${budget} <> 'NaN' THEN ${budget}::float8 END`;

/** The changes of the lead up to now. Others are dated in the future because the clock was set back. */
const CHANGES = `lead_changes WHERE "leadId" = leads.id AND "effectiveAt" <= statement_timestamp()`;

/** The details of a lead that fit criteria compare, as `lead_changes` names them. */
const DETAILS = 'source, company, location, "emailDomain"';

const HORIZON = `(rules.parameters)."horizonDays" * interval '86400 s'`;

const IS_CONTACT = `(type <> 'email' OR direction IS DISTINCT FROM 'outbound')`;

/**
 * Parameters, each a list with one element per key:
 * - $1: the lead ids.
 * - $2: the instant of the contact state; null: now.
 * - $3: whether to read the state of the millisecond before instead.
 * - $4: the end of the range in which later interactions and changes of the lead are read; may be infinity.
 * - $5: the maximum number of these interactions, and of these changes; null: all.
 *
 * Interactions at the same instant are ordered by id. An interaction dated infinity never takes place. For a
 * past instant, only interactions that had been recorded by then count as planned.
 *
 * The budget, the status and the details are those of the last change up to an instant. The row of the lead has those since
 * the last change of all. Before the first change, they are the ones that it has replaced or begun with.
 */
export const READ_HISTORIES = `
  SELECT key.position::int, coalesce(effective.status, 'new') AS status, ${amount('effective.budget')} AS budget,
    fit.points AS fit, fit.matches AS "fitMatches", rules.version AS "rulesVersion",
    (rules.parameters)."engagementHalfLifeDays" AS "halfLifeDays",
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
        later.id, ${milliseconds('"effectiveAt"')}, coalesce(later.status, 'new'), ${amount('later.budget')},
        fit.points, fit.matches::text
      ) ORDER BY "effectiveAt", id)
      FROM (
        SELECT id, "effectiveAt",
          CASE WHEN id = last.id THEN leads.status ELSE "statusAfter" END AS status,
          CASE WHEN id = last.id THEN leads.budget ELSE "budgetAfter" END AS budget,
          source, company, location, "emailDomain"
        FROM ${CHANGES} AND "effectiveAt" > moment.at AND "effectiveAt" <= key."until"
        ORDER BY "effectiveAt", id LIMIT key."limit"
      ) AS later
      CROSS JOIN LATERAL (${selectFit('later', RULES_IN_FORCE, 'later."emailDomain"')}) AS fit
    ) AS "leadChanges",
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
  CROSS JOIN (SELECT version, parameters FROM scoring_rules_in_force()) AS rules
  CROSS JOIN LATERAL (
    SELECT coalesce(key.at, date_trunc('milliseconds', statement_timestamp()))
      - CASE WHEN key."isBefore" THEN interval '1 millisecond' ELSE '0' END AS at
  ) AS moment
  LEFT JOIN LATERAL (
    SELECT id FROM ${CHANGES} ORDER BY "effectiveAt" DESC, id DESC LIMIT 1
  ) AS last ON true
  LEFT JOIN LATERAL (
    SELECT id, "statusAfter", "budgetAfter", ${DETAILS} FROM ${CHANGES} AND "effectiveAt" <= moment.at
    ORDER BY "effectiveAt" DESC, id DESC LIMIT 1
  ) AS change ON true
  LEFT JOIN LATERAL (
    SELECT id, coalesce("statusBefore", "statusAfter") AS status,
      CASE WHEN "statusBefore" IS NULL THEN "budgetAfter" ELSE "budgetBefore" END AS budget, ${DETAILS}
    FROM ${CHANGES} AND change.id IS NULL ORDER BY "effectiveAt", id LIMIT 1
  ) AS first ON true
  CROSS JOIN LATERAL (
    SELECT leads.status, leads.budget, leads.source, leads.company, leads.location, email_domain(leads.email)
    WHERE change.id = last.id OR last.id IS NULL
    UNION ALL
    SELECT change."statusAfter", change."budgetAfter", change.source, change.company, change.location, change."emailDomain"
    WHERE change.id <> last.id
    UNION ALL
    SELECT first.status, first.budget, first.source, first.company, first.location, first."emailDomain"
    WHERE first.id IS NOT NULL
  ) AS effective (status, budget, ${DETAILS})
  CROSS JOIN LATERAL (${selectFit('effective', RULES_IN_FORCE, 'effective."emailDomain"')}) AS fit
  CROSS JOIN LATERAL (
    SELECT ${STATE} FROM (SELECT leads.*) AS known WHERE NOT ${needsNewState('leads', 'moment.at', RULES_IN_FORCE)}
    UNION ALL
    SELECT ${STATE} FROM contact_state_of(leads.id, moment.at, (rules.parameters)."engagementHalfLifeDays")
    WHERE ${needsNewState('leads', 'moment.at', RULES_IN_FORCE)}
  ) AS state`;
