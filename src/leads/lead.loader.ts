import { Injectable } from '@nestjs/common';
import { RequestLoader } from '../common/request-loader.js';
import type { LeadRecord } from './lead-record.js';
import { LeadsService } from './leads.service.js';

/** Loads leads by id, for the batched entity requests of a gateway; null if a lead does not exist. */
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
