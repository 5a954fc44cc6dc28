import { Injectable } from '@nestjs/common';
import { RequestLoader } from '../common/request-loader.js';
import type { LeadRecord } from './lead-record.js';
import { LeadsService } from './leads.service.js';

/** Leads by id, for a gateway that asks for many at once; null where there is none. */
@Injectable()
export class LeadLoader extends RequestLoader<number, LeadRecord | null> {
  constructor(private readonly leads: LeadsService) {
    super();
  }

  protected override async loadMany(ids: readonly number[]): Promise<(LeadRecord | null)[]> {
    const found = new Map((await this.leads.findByIds(ids)).map((lead) => [lead.id, lead]));
    return ids.map((id) => found.get(id) ?? null);
  }
}
