import type { KeysetPosition } from '../../common/keyset-cursor.js';
import type { PageWindow } from '../../common/page-window.js';
import type { Statement } from '../../database/read-rows.js';
import { type LeadColumn, readColumns } from '../lead-record.js';
import { type Condition, conditionsOf, Parameters } from './lead-conditions.sql.js';
import type { FilterWithoutBand } from './lead-filter.js';
import { type LeadOrder, type OrderKeys, ORDERS, SCORE_OF_LEAD } from './lead-order.js';

/** Leads whose sort key has a value, or, at the end of the list, leads whose sort key is null. */
export type Segment = 'values' | 'nulls';

const LEADS_AND_SCORES = 'leads JOIN lead_scores ON lead_scores."leadId" = leads.id';

const usesScores = ({ sql, onLead }: Condition): boolean => sql !== onLead;

/** Returns the tables that sort keys and conditions need. */
const tablesOf = (keys: OrderKeys, conditions: readonly Condition[]): string =>
  keys.usesScores || conditions.some(usesScores) ? LEADS_AND_SCORES : 'leads';

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

/** Whether the sort index answers a condition: it is a range of the index. */
const isOfOrder = ({ sortKey }: Condition, { keys }: OrderKeys): boolean =>
  sortKey !== null && keys.includes(sortKey);

/** The parts of a query that all strategies for reading a segment share. */
interface Parts {
  readonly keys: OrderKeys;
  /** The sort keys, and the id. */
  readonly ordering: readonly string[];
  readonly direction: 'ASC' | 'DESC';
  /** Whether the sort key has a value; none if it always has one. */
  readonly isInSegment: readonly string[];
  /** Further conditions that the sort index can answer. */
  readonly range: readonly Condition[];
  /** The remaining conditions of the filter. */
  readonly residual: readonly Condition[];
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
  const isNull = segment === 'nulls' ? 'IS NULL' : 'IS NOT NULL';
  const conditions = conditionsOf(filter, parameters);
  return {
    keys,
    ordering: [...keys.keys, keys.id],
    direction: (order.direction === 'asc') !== window.isBackward ? 'ASC' : 'DESC',
    isInSegment: keys.isNullable ? [`${keys.keys[0]} ${isNull}`] : [],
    range: [...bounds, ...conditions.filter((condition) => isOfOrder(condition, keys))],
    residual: conditions.filter((condition) => !isOfOrder(condition, keys)),
    valueCount: segment === 'nulls' ? 0 : keys.keys.length,
  };
}

const where = (conditions: readonly string[]): string =>
  conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;

/** The part of a segment that the sort index finds. */
const whereInRange = ({ isInSegment, range }: Parts): string =>
  where([...isInSegment, ...range.map(({ sql }) => sql)]);

const orderBy = (ordering: readonly string[], direction: string): string =>
  `ORDER BY ${ordering.map((key) => `${key} ${direction}`).join(', ')}`;

/** Returns `table.key0`, `table.key1`, …: the names of the columns that `keyColumns` selects. */
const keyNames = ({ ordering }: Parts, table: string): string[] =>
  ordering.map((_, index) => `${table}.key${index}`);

/** Returns the SQL that selects the sort keys and the id, as `key0`, `key1`, …. */
const keyColumns = ({ ordering }: Parts): string[] => ordering.map((key, index) => `${key} AS key${index}`);

/** Returns the SQL that selects the position of a lead. @param keys the SQL of the sort keys and the id */
const positionColumns = ({ valueCount }: Parts, keys: readonly string[]): string[] =>
  keys.slice(0, valueCount).map((key, index) => `${key}::text AS position${index}`);

/** Whether the filter contains conditions that the sort index cannot answer. */
export const hasResidualFilter = ({ filter, order }: LeadQuery): boolean =>
  conditionsOf(filter, new Parameters()).some((condition) => !isOfOrder(condition, ORDERS[order.field]));

/**
 * Reads leads of a segment through the sort index alone. It starts at the position and never reads earlier
 * entries.
 */
export function readRange(query: LeadQuery, segment: Segment, limit: number): Statement {
  const parameters = new Parameters();
  const parts = partsOf(query, segment, parameters);
  const { keys, ordering, direction, range } = parts;
  const sql = `
    SELECT ${[readColumns(query.columns), ...positionColumns(parts, ordering)].join(', ')}
    FROM ${tablesOf(keys, range)}
    ${whereInRange(parts)}
    ${orderBy(ordering, direction)}
    LIMIT ${parameters.add(limit, 'integer')}`;
  return { sql, bind: parameters.values };
}

/**
 * Reads leads of a segment along the sort index, and filters them. Fast if many leads match.
 * @param scanSize the maximum number of leads to read
 */
export function scanSegment(query: LeadQuery, segment: Segment, limit: number, scanSize: number): Statement {
  const parameters = new Parameters();
  const parts = partsOf(query, segment, parameters);
  const { keys, ordering, direction, range, residual } = parts;
  const sql = `
    SELECT ${[readColumns(query.columns), ...positionColumns(parts, keyNames(parts, 'leads'))].join(', ')}
    FROM (
      SELECT ${['leads.*', ...keyColumns(parts)].join(', ')}
      FROM ${tablesOf(keys, range)} ${whereInRange(parts)}
      ${orderBy(ordering, direction)}
      LIMIT ${parameters.add(scanSize, 'integer')}
    ) AS leads
    ${where(residual.map(({ onLead }) => onLead))}
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
  const { keys, direction, isInSegment, range, residual } = parts;
  // Keeps PostgreSQL from using an index for IS NOT NULL, which would read most of the table.
  const inSegment = isInSegment.map((sql) => (segment === 'values' ? `(${sql}) IS NOT FALSE` : sql));
  const conditions = [...range, ...residual];
  const sql = `
    WITH matching AS MATERIALIZED (
      SELECT ${['leads.id', ...keyColumns(parts)].join(', ')}
      FROM ${tablesOf(keys, conditions)}
      ${where([...inSegment, ...conditions.map(({ sql: one }) => one)])}
    )
    SELECT ${[readColumns(query.columns), ...positionColumns(parts, keyNames(parts, 'page'))].join(', ')}
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
): Condition {
  const given = values.map((value, index) => parameters.add(value, keys.types[index] ?? 'text'));
  const ordering = values.length === 0 ? [keys.id] : [...keys.keys, keys.id];
  const sql = `(${ordering.join(', ')}) ${sign} (${[...given, parameters.add(id, 'integer')].join(', ')})`;
  return { sql, onLead: sql, sortKey: keys.keys[0] ?? null };
}

export function countLeads(filter: FilterWithoutBand): Statement {
  const parameters = new Parameters();
  const conditions = conditionsOf(filter, parameters);
  // Every lead has a row in `lead_scores`, which is the smaller table.
  if (conditions.length === 0) return { sql: 'SELECT count(*)::int AS count FROM lead_scores', bind: [] };
  const scoresAlone = conditions.every(usesScores) ? 'lead_scores' : LEADS_AND_SCORES;
  const tables = conditions.some(usesScores) ? scoresAlone : 'leads';
  return {
    sql: `SELECT count(*)::int AS count FROM ${tables} ${where(conditions.map(({ sql }) => sql))}`,
    bind: parameters.values,
  };
}
