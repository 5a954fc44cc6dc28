import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/sequelize';
import { Sequelize } from 'sequelize';
import { KeysetCursors, type KeysetPosition } from '../common/keyset-cursor.js';
import { type Page, type PageArguments, pageOf, type PageWindow, pageWindow } from '../common/page-window.js';
import { readRows } from '../database/read-rows.js';
import { COUNT_INTERACTIONS, type PageReading, readPages } from './interaction-page.sql.js';
import type { PartOfInteraction } from './interaction-record.js';

/** A page of the interactions of a lead. */
export type InteractionPage = Page<PartOfInteraction> & { readonly leadId: number };

type ListedRow = PartOfInteraction & { readonly position?: string };

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
    reading: PageReading,
  ): Promise<ReadonlyMap<number, InteractionPage>> {
    const rows = await readRows<ListedRow>(this.sequelize, readPages(leadIds, window, reading));
    const byLead = new Map<number, ListedRow[]>(leadIds.map((leadId) => [leadId, []]));
    for (const row of rows) byLead.get(row.leadId)?.push(row);
    const pageFor = (leadId: number, listed: readonly ListedRow[]): InteractionPage => {
      const cursors = cursorsOf(leadId);
      const page = pageOf(listed, window, ({ id, position }) =>
        cursors.write({ id, values: [position ?? ''] }),
      );
      return Object.assign(page, { leadId });
    };
    return new Map([...byLead].map(([leadId, listed]) => [leadId, pageFor(leadId, listed)]));
  }

  /** How many interactions each of these leads has, in their order. */
  async count(leadIds: readonly number[]): Promise<number[]> {
    const rows = await readRows<{ leadId: number; count: number }>(this.sequelize, {
      sql: COUNT_INTERACTIONS,
      bind: [leadIds],
    });
    const counts = new Map(rows.map(({ leadId, count }) => [leadId, count]));
    return leadIds.map((leadId) => counts.get(leadId) ?? 0);
  }
}

const cursorsOf = (leadId: number): KeysetCursors =>
  new KeysetCursors('interactionsConnection', leadId, ['timestamptz']);
