import type { KeysetPosition } from '../common/keyset-cursor.js';
import type { PageWindow } from '../common/page-window.js';
import { lookUp } from '../database/index-look-up.sql.js';
import type { Statement } from '../database/read-rows.js';
import type { InteractionFilter } from './interaction-filter.js';
import { type InteractionColumn, readColumns } from './interaction-record.js';

/** The data to read for pages. */
export interface PageReading {
  /** The columns of each interaction, apart from its id and the id of its lead. */
  readonly columns: readonly InteractionColumn[];
  /** Whether to read positions and detect further pages, as needed for cursors and `pageInfo`. */
  readonly isPlaced: boolean;
}

/**
 * Reads a page of interactions for each of many leads, as one index range per lead. Newest first;
 * interactions at the same instant are ordered by id.
 * @param filter null: all interactions
 */
export function readPages(
  leadIds: readonly number[],
  filter: InteractionFilter | null,
  { size, isBackward, after, before }: PageWindow<KeysetPosition>,
  { columns, isPlaced }: PageReading,
): Statement {
  const bind: unknown[] = [leadIds, isPlaced ? size + 1 : size];
  const bound = (position: KeysetPosition | null, sign: '<' | '>') => {
    if (position === null) return '';
    bind.push(position.values[0], position.id);
    return `AND (interactions.date, interactions.id) ${sign} ($${bind.length - 1}::timestamptz, $${bind.length}::integer)`;
  };
  const conditions = conditionsOf(filter, bind);
  const position = isPlaced ? ', interactions.date::text AS position' : '';
  const direction = isBackward ? 'ASC' : 'DESC';
  const sql = `
    SELECT page.*
    FROM unnest($1::integer[]) AS requested ("leadId"), LATERAL (
      SELECT ${readColumns(columns)}${position} FROM interactions
      WHERE ${lookUp('interactions."leadId"', 'requested."leadId"')} ${conditions} ${bound(after, '<')} ${bound(before, '>')}
      ORDER BY interactions.date ${direction}, interactions.id ${direction}
      LIMIT $2
    ) AS page`;
  return { sql, bind };
}

/**
 * Counts the interactions of each lead.
 * @param filter null: all interactions
 */
export function countInteractions(leadIds: readonly number[], filter: InteractionFilter | null): Statement {
  const bind: unknown[] = [leadIds];
  const sql = `
    SELECT requested."leadId", counted.count
    FROM unnest($1::integer[]) AS requested ("leadId"), LATERAL (
      SELECT count(*)::int AS count FROM interactions
      WHERE ${lookUp('interactions."leadId"', 'requested."leadId"')} ${conditionsOf(filter, bind)}
    ) AS counted`;
  return { sql, bind };
}

/**
 * Returns SQL that extends a WHERE clause.
 * @param bind the parameters of the statement; values of the filter are appended
 */
function conditionsOf(filter: InteractionFilter | null, bind: unknown[]): string {
  const { type, direction } = filter ?? {};
  const isOneOf = (column: 'type' | 'direction', values: readonly unknown[]) =>
    `interactions.${column} = ANY ($${bind.push(values)}::enum_interactions_${column}[])`;
  return [
    type == null ? '' : `AND ${isOneOf('type', type)}`,
    direction == null
      ? ''
      : `AND (${isOneOf('direction', direction)}${direction.includes(null) ? ' OR interactions.direction IS NULL' : ''})`,
  ].join(' ');
}
