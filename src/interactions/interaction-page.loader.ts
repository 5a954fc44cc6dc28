import { Injectable } from '@nestjs/common';
import { grouped, RequestLoader } from '../common/request-loader.js';
import {
  InteractionListingService,
  type InteractionPage,
  type InteractionQuery,
} from './interaction-listing.service.js';
import type { PageReading } from './interaction-page.sql.js';

export interface InteractionPageKey {
  readonly leadId: number;
  readonly query: InteractionQuery;
  readonly reading: PageReading;
}

/** Loads pages of the interactions of leads. Leads with the same page arguments share one query. */
@Injectable()
export class InteractionPageLoader extends RequestLoader<InteractionPageKey, InteractionPage> {
  constructor(private readonly listing: InteractionListingService) {
    super();
  }

  protected override async loadMany(keys: readonly InteractionPageKey[]): Promise<InteractionPage[]> {
    const groups = grouped(keys, ({ query, reading }) => JSON.stringify([query, reading]));
    const pages = new Map<InteractionPageKey, InteractionPage>();
    await Promise.all(
      groups.map(async (group) => {
        const found = await this.findPages(group);
        for (const key of group) {
          const page = found.get(key.leadId);
          if (page !== undefined) pages.set(key, page);
        }
      }),
    );
    return keys.map((key) => {
      const page = pages.get(key);
      if (page === undefined) throw new Error(`There is no page for lead ${key.leadId}.`);
      return page;
    });
  }

  /** @param group keys with the same query and reading */
  private async findPages(
    group: readonly InteractionPageKey[],
  ): Promise<ReadonlyMap<number, InteractionPage>> {
    const [first] = group;
    return first === undefined
      ? new Map()
      : this.listing.findPages([...new Set(group.map(({ leadId }) => leadId))], first.query, first.reading);
  }
}
