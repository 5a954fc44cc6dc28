import { Injectable } from '@nestjs/common';
import { currentRequest } from '../common/request-context.js';
import { RequestLoader } from '../common/request-loader.js';
import type { InteractionRecord } from './interaction-record.js';
import { InteractionsService } from './interactions.service.js';

/** Loads interactions by id; null if an interaction no longer exists. */
@Injectable()
export class InteractionLoader extends RequestLoader<number, InteractionRecord | null> {
  constructor(private readonly interactions: InteractionsService) {
    super();
  }

  /** Returns the interactions that still exist, in the order of the ids. */
  async loadThoseThere(context: object, ids: readonly number[]): Promise<InteractionRecord[]> {
    const loaded = await Promise.all(ids.map((id) => this.load(context, id)));
    return loaded.filter((interaction) => interaction !== null);
  }

  protected override async loadMany(ids: readonly number[]): Promise<(InteractionRecord | null)[]> {
    const found = await this.interactions.findByIds(ids);
    const byId = new Map(found.map((interaction) => [interaction.id, interaction]));
    const interactions = ids.map((id) => byId.get(id) ?? null);
    const count = interactions.filter((interaction) => interaction !== null).length;
    currentRequest()?.memory?.addObjects(count - found.length);
    return interactions;
  }
}
