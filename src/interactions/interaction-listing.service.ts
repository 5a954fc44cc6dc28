import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/sequelize';
import { type InferAttributes, QueryTypes, Sequelize } from 'sequelize';
import { KeysetCursors, type KeysetPosition } from '../common/keyset-cursor.js';
import { type Page, type PageArguments, pageOf, type PageWindow, pageWindow } from '../common/page-window.js';
import { COUNT_INTERACTIONS, readPages } from './interaction-page.sql.js';
import type { Interaction } from './interaction.model.js';

export type InteractionRecord = Readonly<InferAttributes<Interaction>>;
type ListedRow = InteractionRecord & { readonly position: readonly string[] };

/** Interactions of leads in pages, newest first. */
@Injectable()
export class InteractionListingService {
  constructor(@InjectConnection() private readonly sequelize: Sequelize) {}

  /** What a page of a lead's interactions is. @throws BAD_USER_INPUT */
  windowOf(leadId: number, args: PageArguments): PageWindow<KeysetPosition> {
    return pageWindow(args, (cursor, name) => cursorsOf(leadId).read(cursor, name));
  }

  /**
   * The same page of each of these leads, by the id of the lead.
   * @param window of positions that belong to these leads
   */
  async findPages(
    leadIds: readonly number[],
    window: PageWindow<KeysetPosition>,
  ): Promise<ReadonlyMap<number, Page<InteractionRecord>>> {
    const { sql, bind } = readPages(leadIds, window);
    const rows = await this.read<ListedRow>(sql, bind);
    const byLead = new Map<number, ListedRow[]>(leadIds.map((leadId) => [leadId, []]));
    for (const row of rows) byLead.get(row.leadId)?.push(row);
    return new Map(
      [...byLead].map(([leadId, listed]) => {
        const cursors = cursorsOf(leadId);
        return [
          leadId,
          pageOf(listed, window, ({ id, position }) => cursors.write({ id, values: position })),
        ];
      }),
    );
  }

  /** How many interactions each of these leads has, in their order. */
  async count(leadIds: readonly number[]): Promise<number[]> {
    const rows = await this.read<{ leadId: number; count: number }>(COUNT_INTERACTIONS, [leadIds]);
    const counts = new Map(rows.map(({ leadId, count }) => [leadId, count]));
    return leadIds.map((leadId) => counts.get(leadId) ?? 0);
  }

  private read<Row extends object>(sql: string, bind: unknown[]): Promise<Row[]> {
    return this.sequelize.query<Row>(sql, { type: QueryTypes.SELECT, bind });
  }
}

const cursorsOf = (leadId: number): KeysetCursors =>
  new KeysetCursors('interactionsConnection', leadId, ['timestamptz']);
