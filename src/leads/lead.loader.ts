import { Injectable } from '@nestjs/common';
import { RequestLoader } from '../common/request-loader.js';
import type { LeadRecord } from './lead-record.js';
import { LeadsService } from './leads.service.js';

const MAX_ID = 2_147_483_647;

/** Leads by id, for a gateway that asks for many at once; null where there is none. */
@Injectable()
export class LeadLoader extends RequestLoader<number, LeadRecord | null> {
  constructor(private readonly leads: LeadsService) {
    super();
  }

  protected override async loadMany(ids: readonly number[]): Promise<(LeadRecord | null)[]> {
    // A gateway may send any string as an id; what cannot be one is the id of no lead.
    const possible = ids.filter((id) => Number.isInteger(id) && Math.abs(id) <= MAX_ID);
    const found = new Map((await this.leads.findByIds(possible)).map((lead) => [lead.id, lead]));
    return ids.map((id) => found.get(id) ?? null);
  }
}
