import { Injectable } from '@nestjs/common';
import { currentRequest } from '../common/request-context.js';
import { RequestLoader } from '../common/request-loader.js';
import type { InteractionColumn, PartOfInteraction } from './interaction-record.js';
import { InteractionsService } from './interactions.service.js';

export interface InteractionsOfLeadKey {
  readonly leadId: number;
  readonly columns: readonly InteractionColumn[];
}

/** Loads the interactions of leads, newest first. All leads of one request share one query. */
@Injectable()
export class InteractionsOfLeadLoader extends RequestLoader<InteractionsOfLeadKey, PartOfInteraction[]> {
  constructor(private readonly interactions: InteractionsService) {
    super();
  }

  /** If a request contains several such fields, the query reads the columns of all of them for each lead. */
  protected override async loadMany(keys: readonly InteractionsOfLeadKey[]): Promise<PartOfInteraction[][]> {
    const leadIds = [...new Set(keys.map(({ leadId }) => leadId))];
    const columns = new Set([...new Set(keys.map((key) => key.columns))].flat());
    const byLead = new Map<number, PartOfInteraction[]>(leadIds.map((leadId) => [leadId, []]));
    const found = await this.interactions.findByLeadIds(leadIds, [...columns]);
    for (const interaction of found) byLead.get(interaction.leadId)?.push(interaction);
    const lists = keys.map(({ leadId }) => byLead.get(leadId) ?? []);
    // A gateway may request the same lead several times. Its interactions then occur several times in the
    // response.
    const count = lists.reduce((sum, { length }) => sum + length, 0);
    currentRequest()?.memory?.addObjects(count - found.length);
    return lists;
  }
}
