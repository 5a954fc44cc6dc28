import { Injectable } from '@nestjs/common';
import { RequestLoader } from '../common/request-loader.js';
import type { Interaction } from './interaction.model.js';
import { InteractionsService } from './interactions.service.js';

/** The interactions of a lead, newest first; those of many leads of one request come from one query. */
@Injectable()
export class InteractionsOfLeadLoader extends RequestLoader<number, Interaction[]> {
  constructor(private readonly interactions: InteractionsService) {
    super();
  }

  protected override async loadMany(leadIds: readonly number[]): Promise<Interaction[][]> {
    const byLead = new Map<number, Interaction[]>(leadIds.map((leadId) => [leadId, []]));
    for (const interaction of await this.interactions.findByLeadIds(leadIds)) {
      byLead.get(interaction.leadId)?.push(interaction);
    }
    return leadIds.map((leadId) => byLead.get(leadId) ?? []);
  }
}
