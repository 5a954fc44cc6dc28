import { rulesAsLiteral, selectFit } from '../leads/scoring/score.sql.js';
import type { ScoringRules } from '../leads/scoring/scoring-rules.js';

/**
 * Settings for reading all leads. The interactions of a lead are scattered over the table. If an index looked them up for
 * each lead, PostgreSQL would read most pages many times. So it reads the tables once, in their own order, and sorts them by
 * lead; it merges the sorted rows, which needs little memory. The cursor is always read to its end. Compiling the
 * statements would take longer than running them.
 */
export const PREPARE_READING = `
  SET LOCAL enable_hashagg = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_nestloop = off;
  SET LOCAL enable_indexscan = off; SET LOCAL cursor_tuple_fraction = 1; SET LOCAL work_mem = '32MB';
  SET LOCAL jit = off`;

export const READ_EXTENT = `
  SELECT date_trunc('milliseconds', now()) AS now, (SELECT count(*) FROM leads)::integer AS "leadCount"`;

/** Returns microseconds since 1970. A JavaScript number can represent them exactly. */
const microseconds = (instant: string): string =>
  `round(date_part('epoch', greatest(least(${instant}, '9999-12-31 00:00:00+00'), '0001-01-01 00:00:00+00')) * 1e6)::bigint`;

/** The kinds of interactions that differ in their weight. */
export const KINDS = [
  { type: 'meeting', direction: null },
  { type: 'call', direction: null },
  { type: 'email', direction: null },
  { type: 'email', direction: 'outbound' },
] as const;

/** The positions of the kinds in `KINDS`. */
const KIND = `CASE type WHEN 'meeting' THEN 0 WHEN 'call' THEN 1 ELSE CASE direction WHEN 'outbound' THEN 3 ELSE 2 END END`;

const list = (values: string): string => `array_to_json(array_agg(${values}))`;

/** A lead with a list for each property of its changes, and of its interactions. Instants are in microseconds since 1970. */
export interface LeadPastRow {
  readonly id: number;
  readonly statuses: string[];
  /** JSON has no infinity, so it is a text. */
  readonly budgets: (number | string | null)[];
  readonly fits: number[];
  readonly fitsWithoutStatus: number[];
  readonly effectiveAt: number[];
  readonly changeRecordedAt: number[];
  /** Null, like the lists below: the lead has no interactions. */
  readonly kinds: number[] | null;
  readonly dates: number[] | null;
  readonly recordedAt: number[] | null;
  /** Null: the version is known today. */
  readonly replacedAt: (number | null)[] | null;
}

/** The points of the fit criteria of a change. Rules without such criteria cost nothing. */
const fitOf = (rules: ScoringRules): string => {
  const { row, ...literal } = rulesAsLiteral(rules, 0);
  return `(SELECT fit.points FROM ${row} CROSS JOIN LATERAL (
        ${selectFit('change', { row, ...literal }, 'change."emailDomain"')}
      ) AS fit)`;
};

const withoutStatus = (rules: ScoringRules): ScoringRules => ({
  ...rules,
  fit: { ...rules.fit, criteria: rules.fit.criteria.filter(({ field }) => field !== 'STATUS') },
});

/**
 * Returns a statement that opens a cursor on leads with everything that was ever known about them, by ascending id.
 * @param ids the leads; null: all
 */
export const openLeadPasts = (rules: ScoringRules, ids: readonly number[] | null): string => {
  const isChosen = ids === null ? 'true' : `"leadId" = ANY ('{${ids.join(',')}}'::int[])`;
  return `
  DECLARE "leadPasts" NO SCROLL CURSOR FOR
  SELECT change."leadId" AS id, change.statuses, change.budgets, change.fits, change."fitsWithoutStatus", change."effectiveAt",
    change."recordedAt" AS "changeRecordedAt", interaction.kinds, interaction.dates, interaction."recordedAt",
    interaction."replacedAt"
  FROM (
    SELECT "leadId", ${list('"statusAfter"')} AS statuses,
      ${list(`CASE WHEN "budgetAfter" <> 'NaN' THEN "budgetAfter"::float8 END`)} AS budgets,
      ${list(fitOf(rules))} AS fits, ${list(fitOf(withoutStatus(rules)))} AS "fitsWithoutStatus",
      ${list(microseconds('"effectiveAt"'))} AS "effectiveAt", ${list(microseconds('"recordedAt"'))} AS "recordedAt"
    FROM (
      SELECT "leadId", "statusAfter", "statusAfter" AS status, "budgetAfter", "budgetAfter" AS budget, source, company,
        location, "emailDomain", "effectiveAt", "recordedAt"
      FROM lead_changes WHERE ${isChosen} ORDER BY "leadId", "effectiveAt", id
    ) AS change
    GROUP BY "leadId"
  ) AS change
  LEFT JOIN (
    SELECT "leadId", ${list(KIND)} AS kinds, ${list(microseconds('date'))} AS dates,
      ${list(microseconds('"recordedAt"'))} AS "recordedAt",
      ${list(`CASE WHEN "replacedAt" IS NOT NULL THEN ${microseconds('"replacedAt"')} END`)} AS "replacedAt"
    FROM (
      SELECT "leadId", type, direction, date, coalesce("recordedAt", "createdAt") AS "recordedAt",
        NULL::timestamptz AS "replacedAt"
      FROM interactions WHERE ${isChosen}
      UNION ALL
      SELECT "leadId", type, direction, date, "recordedAt", "replacedAt" FROM interaction_versions WHERE ${isChosen}
    ) AS version
    WHERE isfinite(date)
    GROUP BY "leadId"
  ) AS interaction ON interaction."leadId" = change."leadId"
  ORDER BY change."leadId"`;
};

/** $1: the number of leads. Always chooses the same ones. */
export const CHOOSE_SAMPLE = 'SELECT id FROM leads ORDER BY hashint4(id), id LIMIT $1';

/** Returns the next leads. @param count at least 1 */
export const fetchLeadPasts = (count: number): string => `FETCH ${count} FROM "leadPasts"`;
