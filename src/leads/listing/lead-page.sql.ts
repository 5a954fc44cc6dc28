import type { KeysetPosition } from '../../common/keyset-cursor.js';
import type { PageWindow } from '../../common/page-window.js';
import type { Statement } from '../../database/read-rows.js';
import { type LeadColumn, readColumns } from '../lead-record.js';
import { conditionsOf, Parameters } from './lead-conditions.sql.js';
import type { LeadFilter } from './lead-filter.js';
import { type LeadOrder, type OrderKeys, ORDERS } from './lead-order.js';

/** Leads that have what a list is ordered by, or, at the end of the list, those that have not. */
export type Segment = 'values' | 'nulls';

/** The tables that an expression is about. */
const tablesOf = (sql: string): string =>
  sql.includes('lead_scores.') ? 'leads JOIN lead_scores ON lead_scores."leadId" = leads.id' : 'leads';

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
  readonly filter: LeadFilter;
  readonly order: LeadOrder;
  readonly window: PageWindow<KeysetPosition>;
  readonly maxAgeHours: number;
}

/** Reads leads of a segment: a range of an index from where the window begins, and never what comes before it. */
export function readSegment(
  { columns, filter, order, window, maxAgeHours }: LeadQuery,
  segment: Segment,
  limit: number,
): Statement {
  const keys = ORDERS[order.field];
  const ordering = [...keys.keys, keys.id];
  const isAscending = (order.direction === 'asc') !== window.isBackward;
  const parameters = new Parameters();
  const bounds = (
    [
      [window.after, order.direction === 'asc' ? '>' : '<'],
      [window.before, order.direction === 'asc' ? '<' : '>'],
    ] as const
  ).flatMap(([position, sign]) =>
    position === null || segmentOf(position) !== segment ? [] : [boundOf(position, sign, keys, parameters)],
  );
  const conditions = [
    ...(keys.isNullable ? [`${keys.keys[0]} IS ${segment === 'nulls' ? 'NULL' : 'NOT NULL'}`] : []),
    ...bounds,
    ...conditionsOf(filter, parameters, maxAgeHours),
  ];
  const position =
    segment === 'nulls' ? [] : keys.keys.map((key, index) => `${key}::text AS position${index}`);
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join('\n      AND ')}`;
  const sql = `
    SELECT ${[readColumns(columns), ...position].join(', ')}
    FROM ${tablesOf(where + keys.id)}
    ${where}
    ORDER BY ${ordering.map((key) => `${key} ${isAscending ? 'ASC' : 'DESC'}`).join(', ')}
    LIMIT ${parameters.add(limit, 'integer')}`;
  return { sql, bind: parameters.values };
}

/** What `readSegment` reads beside columns: where a lead stands, a text for each key. An array would take longer to parse. */
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

export function countLeads(filter: LeadFilter, maxAgeHours: number): Statement {
  const parameters = new Parameters();
  const conditions = conditionsOf(filter, parameters, maxAgeHours);
  // Every lead has its row there, which is the narrower one.
  if (conditions.length === 0) return { sql: 'SELECT count(*)::int AS count FROM lead_scores', bind: [] };
  const where = conditions.join(' AND ');
  return {
    sql: `SELECT count(*)::int AS count FROM ${tablesOf(where)} WHERE ${where}`,
    bind: parameters.values,
  };
}
