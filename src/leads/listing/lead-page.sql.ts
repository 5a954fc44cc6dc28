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

/** Leads that have what a list is ordered by, or, at the end of the list, those that have not. */
export type Segment = 'values' | 'nulls';

/** The tables that an expression is about. */
const tablesOf = (sql: string): string => (sql.includes('lead_scores.') ? `leads ${JOIN_SCORES}` : 'leads');

const JOIN_SCORES = 'JOIN lead_scores ON lead_scores."leadId" = leads.id';

const segmentOf = ({ values }: KeysetPosition): Segment => (values.length === 0 ? 'nulls' : 'values');

/** The segments that a window reaches into, in the direction in which it is read. */
export function segmentsOf(order: LeadOrder, window: PageWindow<KeysetPosition>): Segment[] {
  const all: Segment[] = ORDERS[order.field].isNullable ? ['values', 'nulls'] : ['values'];
  const first = window.after === null ? 0 : all.indexOf(segmentOf(window.after));
  const last = window.before === null ? all.length - 1 : all.indexOf(segmentOf(window.before));
  const reached = all.slice(first, last + 1);
  return window.isBackward ? reached.reverse() : reached;
}

export interface LeadQuery {
  /** What is read of each lead. */
  readonly columns: readonly LeadColumn[];
  readonly filter: FilterWithoutBand;
  readonly order: LeadOrder;
  readonly window: PageWindow<KeysetPosition>;
}

/** Whether a condition is about what a list is ordered by, so that it is a range of the order's index. */
const isOfOrder = (condition: string, { keys }: OrderKeys): boolean =>
  keys.some((key) => condition.startsWith(`${key} `)) ||
  (condition === IS_INDEXED_OPEN && keys[0] === INDEXED_SCORE);

/** What all ways to read a segment are made of. */
interface Parts {
  /** What the list is ordered by, and the id. */
  readonly ordering: readonly string[];
  readonly direction: 'ASC' | 'DESC';
  /** Which part of the order is read: ranges of its index. */
  readonly range: readonly string[];
  /** What else leads have to be like. */
  readonly rest: readonly string[];
  /** Of the values that a position consists of. */
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

/** The names of `key0`, `key1`, … and SQL that gives a position. */
const keyNames = ({ ordering }: Parts, table: string): string[] =>
  ordering.map((_, index) => `${table}.key${index}`);
const keyColumns = ({ ordering }: Parts): string[] => ordering.map((key, index) => `${key} AS key${index}`);
const positionColumns = (parts: Parts, table: string): string[] =>
  keyNames(parts, table)
    .slice(0, parts.valueCount)
    .map((key, index) => `${key}::text AS position${index}`);

/** Whether leads have to be like something that their place in the order does not tell. */
export const isSifted = ({ filter, order }: LeadQuery): boolean =>
  conditionsOf(filter, new Parameters()).some((condition) => !isOfOrder(condition, ORDERS[order.field]));

/** Reads leads of a segment that nothing but their place in the order tells, and never what comes before it. */
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
 * Reads leads of a segment along their order, leaving out those that are not as they have to be. Quick where many are.
 * @param stride how many are looked at
 */
export function walkSegment(query: LeadQuery, segment: Segment, limit: number, stride: number): Statement {
  const parameters = new Parameters();
  const parts = partsOf(query, segment, parameters);
  const { ordering, direction, range } = parts;
  // The rows of leads have the score and the status as well: there is nothing to join.
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
 * Reads the same by finding all that are as they have to be, and ordering those. Quick where they are few, wherever in the
 * order they stand; PostgreSQL, which takes them to be spread evenly, would walk past a million to the last ones.
 */
export function sortSegment(query: LeadQuery, segment: Segment, limit: number): Statement {
  const parameters = new Parameters();
  const parts = partsOf(query, segment, parameters, keysToSortBy(query, segment));
  const { ordering, direction, rest } = parts;
  // To have a value is no reason to read most of a table through an index.
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

/** Joining `lead_scores` may have PostgreSQL read the whole of it, which pays only where its index finds what few have no score. */
const keysToSortBy = ({ order }: LeadQuery, segment: Segment): OrderKeys =>
  order.field === 'score' && segment === 'values' ? SCORE_OF_LEAD : ORDERS[order.field];

/** What is read beside columns: where a lead stands, a text for each key. An array would take longer to parse. */
export interface Positioned {
  readonly id: number;
  readonly position0?: string;
  readonly position1?: string;
}

export const positionOf = ({ id, position0, position1 }: Positioned): KeysetPosition => ({
  id,
  values: [position0, position1].filter((value) => value !== undefined),
});

/** Beyond a position. Among leads that have no value, the id alone tells. */
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
  // Every lead has its row there, which is the narrower one.
  if (conditions.length === 0) return { sql: 'SELECT count(*)::int AS count FROM lead_scores', bind: [] };
  const where = conditions.join(' AND ');
  const tables = where.includes('leads.') ? tablesOf(where) : 'lead_scores';
  return {
    sql: `SELECT count(*)::int AS count FROM ${tables} WHERE ${where}`,
    bind: parameters.values,
  };
}
