import { Injectable } from '@nestjs/common';
import { grouped, RequestLoader } from '../common/request-loader.js';
import { type InteractionListKey, InteractionListingService } from './interaction-listing.service.js';

/**
 * Loads the number of interactions of a lead that match a filter. Leads with the same filter share one query.
 */
@Injectable()
export class InteractionCountLoader extends RequestLoader<InteractionListKey, number> {
  constructor(private readonly listing: InteractionListingService) {
    super();
  }

  protected override async loadMany(keys: readonly InteractionListKey[]): Promise<number[]> {
    const counts = new Map<InteractionListKey, number>();
    const groups = grouped(keys, ({ filter }) => JSON.stringify(filter));
    await Promise.all(
      groups.map(async (group) => {
        const leadIds = group.map(({ leadId }) => leadId);
        const found = await this.listing.count(leadIds, group[0]?.filter ?? null);
        group.forEach((key, index) => counts.set(key, found[index] ?? 0));
      }),
    );
    return keys.map((key) => counts.get(key) ?? 0);
  }
}
