import { Injectable } from '@nestjs/common';
import { RequestLoader } from '../common/request-loader.js';
import { InteractionListingService } from './interaction-listing.service.js';

/** How many interactions a lead has. */
@Injectable()
export class InteractionCountLoader extends RequestLoader<number, number> {
  constructor(private readonly listing: InteractionListingService) {
    super();
  }

  protected override loadMany(leadIds: readonly number[]): Promise<number[]> {
    return this.listing.count(leadIds);
  }
}
