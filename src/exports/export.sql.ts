import pg from 'pg';
import { apiInstant } from '../common/api-instant.sql.js';
import { FORMULA_START } from '../common/csv-formula.js';
import { DEFAULT_LEAD_STATUS, LEAD_STATUSES } from '../leads/lead-status.js';
import { conditionsOf, Parameters } from '../leads/listing/lead-conditions.sql.js';
import type { ExportFilter, ExportKind, ExportOptions } from './export-options.js';

/** COPY has no parameters, so the statement contains their values as literals. */
class Literals extends Parameters {
  override add(value: unknown, type: string): string {
    const literal = Array.isArray(value)
      ? `ARRAY[${value.map((item) => pg.escapeLiteral(String(item))).join(', ')}]`
      : pg.escapeLiteral(String(value));
    return `${literal}::${type}`;
  }
}

const FORMULA_PATTERN = pg.escapeLiteral(FORMULA_START);

/** `neutralise` in SQL. An empty text is null, as an import reads it, so a second export has the same bytes. */
const cell = (text: string): string =>
  `CASE WHEN ${text} ~ ${FORMULA_PATTERN} THEN '''' || ${text} ELSE nullif(${text}, '') END`;

const isoDate = (timestamp: string): string =>
  `to_char(${timestamp} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** In the spelling of the API, which an import stores. Another program may store any text. */
const STATUS = `CASE WHEN label_key(leads.status) IN (${LEAD_STATUSES.map((status) => `'${status}'`).join(', ')})
  THEN label_key(leads.status) ELSE coalesce(leads.status, '${DEFAULT_LEAD_STATUS}') END`;

const LEAD_COLUMNS = {
  firstName: cell('leads."firstName"'),
  lastName: cell('leads."lastName"'),
  email: cell('leads.email'),
  phone: cell('leads.phone'),
  // NaN is a valid `numeric`, but not a budget.
  budget: `CASE WHEN leads.budget <> 'NaN' THEN leads.budget END`,
  location: cell('leads.location'),
  company: cell('leads.company'),
  source: cell('leads.source'),
  status: cell(STATUS),
  externalSource: cell('leads."externalSource"'),
  externalId: cell('leads."externalId"'),
};

const SCORE_COLUMNS = {
  activityScore: 'leads."activityScore"',
  // Least and greatest ignore null.
  scoreCalculatedAt: `CASE WHEN leads."scoreCalculatedAt" IS NOT NULL THEN ${isoDate(apiInstant('leads."scoreCalculatedAt"'))} END`,
};

/** Qualified, because ORDER BY would prefer the columns of the file, which are different. */
const LINE_KEY = 'shown."leadId", shown.instant, shown.type, shown.notes';

/**
 * Of interactions with the same lead, type, date and notes, `occurrence` counts the earlier ones. It compares the
 * values of the file, so that an import can distinguish two lines that look the same.
 */
const INTERACTION_COLUMNS = {
  email: cell('shown.email'),
  type: 'shown.type',
  date: isoDate('shown.instant'),
  notes: cell('shown.notes'),
  direction: 'shown.direction',
  externalSource: cell('shown."externalSource"'),
  externalId: cell('shown."externalId"'),
  occurrence: `row_number() OVER (PARTITION BY ${LINE_KEY} ORDER BY shown.id)`,
};

/** @returns a COPY statement whose output is the CSV file, with LF as line break */
export function exportStatement(kind: ExportKind, options: ExportOptions): string {
  const query = kind === 'leads' ? selectLeads(options) : selectInteractions(options);
  return `COPY (${query}) TO STDOUT WITH (FORMAT csv, HEADER true)`;
}

function selectLeads({ hasScores, ...filter }: ExportOptions): string {
  const columns = hasScores ? { ...LEAD_COLUMNS, ...SCORE_COLUMNS } : LEAD_COLUMNS;
  return `SELECT ${listOf(columns)} FROM leads ${whereOf(filter)} ORDER BY leads.id`;
}

/**
 * The order does not depend on the ids of interactions, unless they look the same, nor on the collation of the
 * database. The index on "leadId" provides its first part, so PostgreSQL sorts the interactions of one lead at a time.
 */
function selectInteractions(filter: ExportFilter): string {
  return `SELECT ${listOf(INTERACTION_COLUMNS)} FROM (
      SELECT interactions.id, interactions."leadId", leads.email, interactions.type::text COLLATE "C" AS type,
        ${apiInstant('interactions.date')} AS instant, coalesce(interactions.notes, '') COLLATE "C" AS notes,
        interactions.direction, interactions."externalSource", interactions."externalId"
      FROM interactions JOIN leads ON leads.id = interactions."leadId" ${whereOf(filter)}
    ) AS shown
    ORDER BY ${LINE_KEY}, shown.id`;
}

function whereOf({ statuses, isOpenOnly, minScore }: ExportFilter): string {
  const conditions = conditionsOf(
    {
      status: statuses.length === 0 ? null : statuses,
      isOpen: isOpenOnly ? true : null,
      score: { min: minScore },
    },
    new Literals(),
  );
  return conditions.length === 0 ? '' : `WHERE ${conditions.map(({ onLead }) => onLead).join(' AND ')}`;
}

const listOf = (columns: Readonly<Record<string, string>>): string =>
  Object.entries(columns)
    .map(([name, sql]) => `${sql} AS "${name}"`)
    .join(', ');
