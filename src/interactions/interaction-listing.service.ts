import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/sequelize';
import { Sequelize } from 'sequelize';
import { KeysetCursors, type KeysetPosition } from '../common/keyset-cursor.js';
import { type Page, type PageArguments, pageOf, type PageWindow, pageWindow } from '../common/page-window.js';
import { readRows } from '../database/read-rows.js';
import { canonicalFilter, type InteractionFilter } from './interaction-filter.js';
import { countInteractions, type PageReading, readPages } from './interaction-page.sql.js';
import type { PartOfInteraction } from './interaction-record.js';

/** The interactions of a lead that match a filter; null: all of them. */
export interface InteractionListKey {
  readonly leadId: number;
  readonly filter: InteractionFilter | null;
}

/** A filter and the window of a page. */
export interface InteractionQuery {
  readonly filter: InteractionFilter | null;
  readonly window: PageWindow<KeysetPosition>;
}

/** A page of the interactions of a lead. */
export type InteractionPage = Page<PartOfInteraction> & InteractionListKey;

type ListedRow = PartOfInteraction & { readonly position?: string };

/** Returns pages of the interactions of leads, newest first. */
@Injectable()
export class InteractionListingService {
  constructor(@InjectConnection() private readonly sequelize: Sequelize) {}

  /** Converts the arguments of a page to a query. @throws BAD_USER_INPUT */
  queryOf(
    leadId: number,
    args: PageArguments & { readonly filter?: InteractionFilter | null },
  ): InteractionQuery {
    const filter = canonicalFilter(args.filter);
    const cursors = cursorsOf({ leadId, filter });
    return { filter, window: pageWindow(args, (cursor, name) => cursors.read(cursor, name)) };
  }

  /**
   * Returns the same page for each of these leads, by lead id.
   * @param query its cursor positions must belong to these leads
   */
  async findPages(
    leadIds: readonly number[],
    { filter, window }: InteractionQuery,
    reading: PageReading,
  ): Promise<ReadonlyMap<number, InteractionPage>> {
    const rows = await readRows<ListedRow>(this.sequelize, readPages(leadIds, filter, window, reading));
    const byLead = new Map<number, ListedRow[]>(leadIds.map((leadId) => [leadId, []]));
    for (const row of rows) byLead.get(row.leadId)?.push(row);
    const pageFor = (leadId: number, listed: readonly ListedRow[]): InteractionPage => {
      const cursors = cursorsOf({ leadId, filter });
      const page = pageOf(listed, window, ({ id, position }) =>
        cursors.write({ id, values: [position ?? ''] }),
      );
      return Object.assign(page, { leadId, filter });
    };
    return new Map([...byLead].map(([leadId, listed]) => [leadId, pageFor(leadId, listed)]));
  }

  /** Returns the number of matching interactions for each of these leads, in their order. */
  async count(leadIds: readonly number[], filter: InteractionFilter | null): Promise<number[]> {
    const rows = await readRows<{ leadId: number; count: number }>(
      this.sequelize,
      countInteractions(leadIds, filter),
    );
    const counts = new Map(rows.map(({ leadId, count }) => [leadId, count]));
    return leadIds.map((leadId) => counts.get(leadId) ?? 0);
  }
}

const cursorsOf = ({ leadId, filter }: InteractionListKey): KeysetCursors =>
  new KeysetCursors('interactionsConnection', filter === null ? leadId : [leadId, filter], ['timestamptz']);
