import { Injectable } from '@nestjs/common';
import { RequestLoader } from '../../common/request-loader.js';
import { SummaryStore } from './summary-store.js';
import { SummaryWriter } from './summary-writer.js';

/** Whether the summary of a lead is of what is known of it now. */
@Injectable()
export class StaleSummaryLoader extends RequestLoader<number, boolean> {
  constructor(
    private readonly store: SummaryStore,
    private readonly writer: SummaryWriter,
  ) {
    super();
  }

  protected override async loadMany(leadIds: readonly number[]): Promise<boolean[]> {
    const stale = new Set(await this.store.findStale(leadIds, this.writer.version));
    return leadIds.map((leadId) => stale.has(leadId));
  }
}
