import type { KeysetPosition } from '../../common/keyset-cursor.js';
import type { PageWindow } from '../../common/page-window.js';
import type { Statement } from '../../database/read-rows.js';
import { type LeadColumn, readColumns } from '../lead-record.js';
import { conditionsOf, Parameters } from './lead-conditions.sql.js';
import type { FilterWithoutBand } from './lead-filter.js';
import {
  INDEXED_SCORE,
  IS_INDEXED_OPEN,
  IS_OWN_OPEN,
  type LeadOrder,
  type OrderKeys,
  ORDERS,
  OWN_SCORE,
  SCORE_OF_LEAD,
} from './lead-order.js';

/** Leads whose sort key has a value, or, at the end of the list, leads whose sort key is null. */
export type Segment = 'values' | 'nulls';

/** Returns the FROM clause that a SQL expression needs. */
const tablesOf = (sql: string): string => (sql.includes('lead_scores.') ? `leads ${JOIN_SCORES}` : 'leads');

const JOIN_SCORES = 'JOIN lead_scores ON lead_scores."leadId" = leads.id';

const segmentOf = ({ values }: KeysetPosition): Segment => (values.length === 0 ? 'nulls' : 'values');

/** Returns the segments that a page overlaps, in the direction of reading. */
export function segmentsOf(order: LeadOrder, window: PageWindow<KeysetPosition>): Segment[] {
  const all: Segment[] = ORDERS[order.field].isNullable ? ['values', 'nulls'] : ['values'];
  const first = window.after === null ? 0 : all.indexOf(segmentOf(window.after));
  const last = window.before === null ? all.length - 1 : all.indexOf(segmentOf(window.before));
  const reached = all.slice(first, last + 1);
  return window.isBackward ? reached.reverse() : reached;
}

export interface LeadQuery {
  /** The columns to read of each lead. */
  readonly columns: readonly LeadColumn[];
  readonly filter: FilterWithoutBand;
  readonly order: LeadOrder;
  readonly window: PageWindow<KeysetPosition>;
}

/** Whether a condition restricts a sort key, so that it is a range of the sort index. */
const isOfOrder = (condition: string, { keys }: OrderKeys): boolean =>
  keys.some((key) => condition.startsWith(`${key} `)) ||
  (condition === IS_INDEXED_OPEN && keys[0] === INDEXED_SCORE);

/** The parts of a query that all strategies for reading a segment share. */
interface Parts {
  /** The sort keys, and the id. */
  readonly ordering: readonly string[];
  readonly direction: 'ASC' | 'DESC';
  /** Conditions that the sort index can answer. */
  readonly range: readonly string[];
  /** The remaining conditions. */
  readonly rest: readonly string[];
  /** The number of values in a position. */
  readonly valueCount: number;
}

function partsOf(
  { filter, order, window }: LeadQuery,
  segment: Segment,
  parameters: Parameters,
  keys = ORDERS[order.field],
): Parts {
  const bounds = (
    [
      [window.after, order.direction === 'asc' ? '>' : '<'],
      [window.before, order.direction === 'asc' ? '<' : '>'],
    ] as const
  ).flatMap(([position, sign]) =>
    position === null || segmentOf(position) !== segment ? [] : [boundOf(position, sign, keys, parameters)],
  );
  const conditions = conditionsOf(filter, parameters);
  return {
    ordering: [...keys.keys, keys.id],
    direction: (order.direction === 'asc') !== window.isBackward ? 'ASC' : 'DESC',
    range: [
      ...(keys.isNullable ? [`${keys.keys[0]} IS ${segment === 'nulls' ? 'NULL' : 'NOT NULL'}`] : []),
      ...bounds,
      ...conditions.filter((condition) => isOfOrder(condition, keys)),
    ],
    rest: conditions.filter((condition) => !isOfOrder(condition, keys)),
    valueCount: segment === 'nulls' ? 0 : keys.keys.length,
  };
}

const where = (conditions: readonly string[]): string =>
  conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;

const orderBy = (ordering: readonly string[], direction: string): string =>
  `ORDER BY ${ordering.map((key) => `${key} ${direction}`).join(', ')}`;

/** Return the column names `key0`, `key1`, …, and the SQL that selects a position. */
const keyNames = ({ ordering }: Parts, table: string): string[] =>
  ordering.map((_, index) => `${table}.key${index}`);
const keyColumns = ({ ordering }: Parts): string[] => ordering.map((key, index) => `${key} AS key${index}`);
const positionColumns = (parts: Parts, table: string): string[] =>
  keyNames(parts, table)
    .slice(0, parts.valueCount)
    .map((key, index) => `${key}::text AS position${index}`);

/** Whether the filter contains conditions that the sort index cannot answer. */
export const isSifted = ({ filter, order }: LeadQuery): boolean =>
  conditionsOf(filter, new Parameters()).some((condition) => !isOfOrder(condition, ORDERS[order.field]));

/**
 * Reads leads of a segment through the sort index alone. It starts at the position and never reads earlier
 * entries.
 */
export function readRange(query: LeadQuery, segment: Segment, limit: number): Statement {
  const parameters = new Parameters();
  const { ordering, direction, range, valueCount } = partsOf(query, segment, parameters);
  const position = ordering.slice(0, valueCount).map((key, index) => `${key}::text AS position${index}`);
  const sql = `
    SELECT ${[readColumns(query.columns), ...position].join(', ')}
    FROM ${tablesOf(where(range) + ordering.join())}
    ${where(range)}
    ${orderBy(ordering, direction)}
    LIMIT ${parameters.add(limit, 'integer')}`;
  return { sql, bind: parameters.values };
}

/**
 * Reads leads of a segment along the sort index, and filters them. Fast if many leads match.
 * @param stride the maximum number of leads to read
 */
export function walkSegment(query: LeadQuery, segment: Segment, limit: number, stride: number): Statement {
  const parameters = new Parameters();
  const parts = partsOf(query, segment, parameters);
  const { ordering, direction, range } = parts;
  // The rows of `leads` also contain the score and the status, so no join is needed.
  const rest = parts.rest.map((condition) =>
    condition.replace(INDEXED_SCORE, OWN_SCORE).replace(IS_INDEXED_OPEN, IS_OWN_OPEN),
  );
  const sql = `
    SELECT ${[readColumns(query.columns), ...positionColumns(parts, 'leads')].join(', ')}
    FROM (
      SELECT ${['leads.*', ...keyColumns(parts)].join(', ')}
      FROM ${tablesOf(where(range) + ordering.join())} ${where(range)}
      ${orderBy(ordering, direction)}
      LIMIT ${parameters.add(stride, 'integer')}
    ) AS leads
    ${where(rest)}
    ${orderBy(keyNames(parts, 'leads'), direction)}
    LIMIT ${parameters.add(limit, 'integer')}`;
  return { sql, bind: parameters.values };
}

/**
 * Reads leads of a segment by finding all matches and sorting them. Fast if few leads match, wherever they
 * are in the order. PostgreSQL alone would expect an even distribution, and might scan a million leads to
 * reach the last ones.
 */
export function sortSegment(query: LeadQuery, segment: Segment, limit: number): Statement {
  const parameters = new Parameters();
  const parts = partsOf(query, segment, parameters, keysToSortBy(query, segment));
  const { ordering, direction, rest } = parts;
  // Prevents PostgreSQL from using an index for IS NOT NULL, which would read most of the table.
  const range = parts.range.map((condition) =>
    condition.endsWith(' IS NOT NULL') ? `(${condition}) IS NOT FALSE` : condition,
  );
  const conditions = where([...range, ...rest]);
  const sql = `
    WITH matching AS MATERIALIZED (
      SELECT ${['leads.id', ...keyColumns(parts)].join(', ')}
      FROM ${tablesOf(conditions + ordering.join())} ${conditions}
    )
    SELECT ${[readColumns(query.columns), ...positionColumns(parts, 'page')].join(', ')}
    FROM (
      SELECT * FROM matching ${orderBy(keyNames(parts, 'matching'), direction)} LIMIT ${parameters.add(limit, 'integer')}
    ) AS page JOIN leads ON leads.id = page.id
    ${orderBy(keyNames(parts, 'page'), direction)}`;
  return { sql, bind: parameters.values };
}

/**
 * For a join PostgreSQL may read all of `lead_scores`. That pays only if its index finds the few leads
 * without a score.
 */
const keysToSortBy = ({ order }: LeadQuery, segment: Segment): OrderKeys =>
  order.field === 'score' && segment === 'values' ? SCORE_OF_LEAD : ORDERS[order.field];

/**
 * The additional columns of a query: the position of a lead, one text per key. An array takes longer to
 * parse.
 */
export interface Positioned {
  readonly id: number;
  readonly position0?: string;
  readonly position1?: string;
}

export const positionOf = ({ id, position0, position1 }: Positioned): KeysetPosition => ({
  id,
  values: [position0, position1].filter((value) => value !== undefined),
});

/**
 * Returns the condition for leads beyond a position. For leads whose sort key is null, only the id is
 * compared.
 */
function boundOf(
  { values, id }: KeysetPosition,
  sign: '<' | '>',
  keys: OrderKeys,
  parameters: Parameters,
): string {
  const given = values.map((value, index) => parameters.add(value, keys.types[index] ?? 'text'));
  const ordering = values.length === 0 ? [keys.id] : [...keys.keys, keys.id];
  return `(${ordering.join(', ')}) ${sign} (${[...given, parameters.add(id, 'integer')].join(', ')})`;
}

export function countLeads(filter: FilterWithoutBand): Statement {
  const parameters = new Parameters();
  const conditions = conditionsOf(filter, parameters);
  // Every lead has a row in `lead_scores`, which is the smaller table.
  if (conditions.length === 0) return { sql: 'SELECT count(*)::int AS count FROM lead_scores', bind: [] };
  const where = conditions.join(' AND ');
  const tables = where.includes('leads.') ? tablesOf(where) : 'lead_scores';
  return {
    sql: `SELECT count(*)::int AS count FROM ${tables} WHERE ${where}`,
    bind: parameters.values,
  };
}
