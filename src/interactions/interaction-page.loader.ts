import { Injectable } from '@nestjs/common';
import type { KeysetPosition } from '../common/keyset-cursor.js';
import type { PageWindow } from '../common/page-window.js';
import { RequestLoader } from '../common/request-loader.js';
import { InteractionListingService, type InteractionPage } from './interaction-listing.service.js';
import type { PageReading } from './interaction-page.sql.js';

export interface InteractionPageKey {
  readonly leadId: number;
  readonly window: PageWindow<KeysetPosition>;
  readonly reading: PageReading;
}

/** Pages of interactions of leads; the same page of many leads of one request comes from one query. */
@Injectable()
export class InteractionPageLoader extends RequestLoader<InteractionPageKey, InteractionPage> {
  constructor(private readonly listing: InteractionListingService) {
    super();
  }

  protected override async loadMany(keys: readonly InteractionPageKey[]): Promise<InteractionPage[]> {
    const groups = new Map<string, InteractionPageKey[]>();
    for (const key of keys) {
      const name = JSON.stringify([key.window, key.reading]);
      const group = groups.get(name);
      if (group === undefined) groups.set(name, [key]);
      else group.push(key);
    }
    const pages = new Map<InteractionPageKey, InteractionPage>();
    await Promise.all(
      [...groups.values()].map(async (group) => {
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

  /** @param group of the same window and reading */
  private async findPages(
    group: readonly InteractionPageKey[],
  ): Promise<ReadonlyMap<number, InteractionPage>> {
    const [first] = group;
    return first === undefined
      ? new Map()
      : this.listing.findPages([...new Set(group.map(({ leadId }) => leadId))], first.window, first.reading);
  }
}
