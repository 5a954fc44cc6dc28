import { Injectable } from '@nestjs/common';
import { RequestLoader } from '../common/request-loader.js';
import { type SummaryDetail, SummaryStore } from './summary-store.js';

/** Loads the details of the summary of a lead; null if none are known. */
@Injectable()
export class SummaryDetailLoader extends RequestLoader<number, SummaryDetail | null> {
  constructor(private readonly store: SummaryStore) {
    super();
  }

  protected override async loadMany(leadIds: readonly number[]): Promise<(SummaryDetail | null)[]> {
    const details = await this.store.findDetails(leadIds);
    const byLead = new Map(details.map((detail) => [detail.leadId, detail]));
    return leadIds.map((leadId) => byLead.get(leadId) ?? null);
  }
}
