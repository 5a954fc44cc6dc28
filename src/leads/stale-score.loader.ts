import { Injectable } from '@nestjs/common';
import { RequestLoader } from '../common/request-loader.js';
import { LeadsService } from './leads.service.js';

/** Loads whether scores are stale, by lead id. */
@Injectable()
export class StaleScoreLoader extends RequestLoader<number, boolean> {
  constructor(private readonly leads: LeadsService) {
    super();
  }

  protected override async loadMany(ids: readonly number[]): Promise<boolean[]> {
    const stale = new Set(await this.leads.findStale(ids));
    return ids.map((id) => stale.has(id));
  }
}
