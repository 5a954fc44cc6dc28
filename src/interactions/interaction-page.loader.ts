import { Injectable } from '@nestjs/common';
import type { KeysetPosition } from '../common/keyset-cursor.js';
import type { Page, PageWindow } from '../common/page-window.js';
import { RequestLoader } from '../common/request-loader.js';
import { InteractionListingService, type InteractionRecord } from './interaction-listing.service.js';

export interface InteractionPageKey {
  readonly leadId: number;
  readonly window: PageWindow<KeysetPosition>;
}

/** Pages of interactions of leads; the same page of many leads of one request comes from one query. */
@Injectable()
export class InteractionPageLoader extends RequestLoader<InteractionPageKey, Page<InteractionRecord>> {
  constructor(private readonly listing: InteractionListingService) {
    super();
  }

  protected override async loadMany(keys: readonly InteractionPageKey[]): Promise<Page<InteractionRecord>[]> {
    const groups = new Map<string, InteractionPageKey[]>();
    for (const key of keys) {
      const name = JSON.stringify(key.window);
      groups.set(name, [...(groups.get(name) ?? []), key]);
    }
    const pages = new Map<InteractionPageKey, Page<InteractionRecord>>();
    await Promise.all(
      [...groups.values()].map(async (group) => {
        const found = await this.findPages(group);
        group.forEach((key) => {
          const page = found.get(key.leadId);
          if (page !== undefined) pages.set(key, page);
        });
      }),
    );
    return keys.map((key) => {
      const page = pages.get(key);
      if (page === undefined) throw new Error(`There is no page for lead ${key.leadId}.`);
      return page;
    });
  }

  /** @param group of the same window */
  private async findPages(
    group: readonly InteractionPageKey[],
  ): Promise<ReadonlyMap<number, Page<InteractionRecord>>> {
    const [first] = group;
    return first === undefined
      ? new Map()
      : this.listing.findPages([...new Set(group.map(({ leadId }) => leadId))], first.window);
  }
}
