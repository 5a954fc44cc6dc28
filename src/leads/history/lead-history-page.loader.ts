import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/sequelize';
import { Sequelize } from 'sequelize';
import type { KeysetPosition } from '../../common/keyset-cursor.js';
import { grouped, RequestLoader } from '../../common/request-loader.js';
import { readRows } from '../../database/read-rows.js';
import { type LeadHistoryRow, readHistoryPages } from './lead-history-page.sql.js';

export interface LeadHistoryPageKey {
  readonly leadId: number;
  readonly size: number;
  readonly after: KeysetPosition | null;
}

/**
 * Loads the rows of pages of histories, up to one more than the size. Leads with the same page arguments share
 * one query.
 */
@Injectable()
export class LeadHistoryPageLoader extends RequestLoader<LeadHistoryPageKey, readonly LeadHistoryRow[]> {
  constructor(@InjectConnection() private readonly sequelize: Sequelize) {
    super();
  }

  protected override async loadMany(
    keys: readonly LeadHistoryPageKey[],
  ): Promise<(readonly LeadHistoryRow[])[]> {
    const groups = grouped(keys, ({ size, after }) => JSON.stringify([size, after]));
    const pages = new Map<LeadHistoryPageKey, LeadHistoryRow[]>();
    await Promise.all(
      groups.map(async (group) => {
        const found = await this.readGroup(group);
        for (const key of group) pages.set(key, found.get(key.leadId) ?? []);
      }),
    );
    return keys.map((key) => pages.get(key) ?? []);
  }

  /** @param group keys with the same size and position */
  private async readGroup(group: readonly LeadHistoryPageKey[]): Promise<Map<number, LeadHistoryRow[]>> {
    const [first] = group;
    const byLead = new Map<number, LeadHistoryRow[]>(group.map(({ leadId }) => [leadId, []]));
    if (first === undefined) return byLead;
    const statement = readHistoryPages([...byLead.keys()], first.size, first.after);
    for (const row of await readRows<LeadHistoryRow>(this.sequelize, statement)) {
      byLead.get(row.leadId)?.push(row);
    }
    return byLead;
  }
}
