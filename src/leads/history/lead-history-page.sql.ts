import type { KeysetPosition } from '../../common/keyset-cursor.js';
import { lookUp } from '../../database/index-look-up.sql.js';
import type { Statement } from '../../database/read-rows.js';
import type { LeadHistoryField } from './lead-history.js';

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
  readonly changedFields: readonly LeadHistoryField[];
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

const changed = (field: LeadHistoryField, before: string, after: string): string =>
  `CASE WHEN ${before} IS DISTINCT FROM ${after} THEN '${field}' END`;

const DETAILS = ['source', 'company', 'location', 'emailDomain'] as const;

/** An imported change has the details of the time of its import, so it says nothing about them. */
const CHANGED_FIELDS = `CASE WHEN "statusBefore" IS NULL THEN '{}' ELSE array_remove(ARRAY[
          ${changed('status', '"statusBefore"', '"statusAfter"')}, ${changed('budget', '"budgetBefore"', '"budgetAfter"')}
        ], NULL) || coalesce((
          SELECT array_remove(ARRAY[
            ${DETAILS.map((field) => changed(field, `earlier."${field}"`, `lead_changes."${field}"`)).join(', ')}
          ], NULL)
          FROM lead_changes AS earlier
          WHERE earlier."leadId" = lead_changes."leadId" AND earlier."importId" IS NULL AND lead_changes."importId" IS NULL
            AND (earlier."effectiveAt", earlier.id) < (lead_changes."effectiveAt", lead_changes.id)
          ORDER BY earlier."effectiveAt" DESC, earlier.id DESC LIMIT 1
        ), '{}') END`;

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
      ${entries(CHANGE, `"recordedAt", "statusBefore", "statusAfter", "budgetBefore", "budgetAfter", "changedBy" AS by, ${IS_FIRST} AS "isFirst", ${CHANGED_FIELDS} AS "changedFields", NULL::integer AS "interactionId"`)}
      UNION ALL
      ${entries(INTERACTION, `coalesce("recordedAt", "createdAt"), NULL, NULL, NULL, NULL, NULL, NULL, '{}', id`)}
      ORDER BY at DESC, rank DESC, id DESC LIMIT $2
    ) AS page
    ORDER BY page."leadId", page.at DESC, rank DESC, id DESC`;
  return { sql, bind };
}
