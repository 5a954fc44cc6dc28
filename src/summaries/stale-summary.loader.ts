import { Injectable } from '@nestjs/common';
import { RequestLoader } from '../common/request-loader.js';
import { SummaryStore } from './summary-store.js';
import { SummaryWriter } from './summary-writer.js';

/** Loads whether the summary of a lead is out of date. */
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
