import type { KeysetPosition } from '../../common/keyset-cursor.js';
import { lookUp } from '../../database/index-look-up.sql.js';
import type { Statement } from '../../database/read-rows.js';

/** A row of `lead_changes`, or an interaction, which has no values of the lead. */
export interface LeadHistoryRow {
  readonly leadId: number;
  readonly id: string;
  readonly at: Date | number;
  readonly recordedAt: Date;
  readonly statusBefore: string | null;
  readonly statusAfter: string | null;
  readonly budgetBefore: string | null;
  readonly budgetAfter: string | null;
  readonly by: string | null;
  /** Whether no change of the lead is earlier; null: an interaction, or a change of a known status. */
  readonly isFirst: boolean | null;
  readonly interactionId: number | null;
  /** The values of the position of the row in the list. */
  readonly position: [at: string, rank: string, id: string];
}

/** At the same instant, interactions come after changes, as in a timeline. */
const CHANGE = { rank: 0, table: 'lead_changes', at: '"effectiveAt"' } as const;
const INTERACTION = { rank: 1, table: 'interactions', at: 'date' } as const;

const IS_FIRST = `CASE WHEN "statusBefore" IS NULL THEN NOT EXISTS (
          SELECT FROM lead_changes AS earlier
          WHERE earlier."leadId" = lead_changes."leadId"
            AND (earlier."effectiveAt", earlier.id) < (lead_changes."effectiveAt", lead_changes.id)
        ) END`;

/**
 * Reads the newest changes and past interactions for each of many leads, newest first: as one index range for the
 * changes of a lead, and one for its interactions.
 * @param after the position that the page starts after; null: at the beginning
 */
export function readHistoryPages(
  leadIds: readonly number[],
  size: number,
  after: KeysetPosition | null,
): Statement {
  const bind: unknown[] = [leadIds, size + 1, ...(after?.values ?? [])];
  const entries = ({ rank, table, at }: typeof CHANGE | typeof INTERACTION, columns: string) => {
    const isAfter = `AND ${at} <= $3::timestamptz AND (${at}, ${rank}, id) < ($3::timestamptz, $4::integer, $5::numeric)`;
    return `(
        SELECT "leadId", id::bigint, ${at} AS at, ${rank} AS rank, ${columns} FROM ${table}
        WHERE ${lookUp(`${table}."leadId"`, 'requested."leadId"')} AND ${at} <= statement_timestamp()
          ${after === null ? '' : isAfter}
        ORDER BY ${at} DESC, ${table}.id DESC LIMIT $2
      )`;
  };
  const sql = `
    SELECT page.*, ARRAY[page.at::text, rank::text, id::text] AS position
    FROM unnest($1::integer[]) AS requested ("leadId"), LATERAL (
      ${entries(CHANGE, `"recordedAt", "statusBefore", "statusAfter", "budgetBefore", "budgetAfter", "changedBy" AS by, ${IS_FIRST} AS "isFirst", NULL::integer AS "interactionId"`)}
      UNION ALL
      ${entries(INTERACTION, `coalesce("recordedAt", "createdAt"), NULL, NULL, NULL, NULL, NULL, NULL, id`)}
      ORDER BY at DESC, rank DESC, id DESC LIMIT $2
    ) AS page
    ORDER BY page."leadId", page.at DESC, rank DESC, id DESC`;
  return { sql, bind };
}
