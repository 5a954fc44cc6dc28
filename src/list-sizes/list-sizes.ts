import { Injectable } from '@nestjs/common';
import { ListSettings } from '../config/list-settings.js';
import { ProbeConnection } from '../database/probe-connection.js';
import { type LimitedList, ListSize, type ListSizeReading } from './list-size.js';

/** Reads the sizes of the limited lists. */
@Injectable()
export class ListSizes {
  readonly leads: ListSize;
  readonly interactions: ListSize;

  constructor(probe: ProbeConnection, { maxLeads, maxInteractions }: ListSettings) {
    this.leads = new ListSize(probe, 'leads', maxLeads);
    this.interactions = new ListSize(probe, 'interactions', maxInteractions);
  }

  /**
   * Returns the number of rows of each list; the limit if there are more, or if the database does not respond
   * in time.
   */
  async rowCounts(): Promise<Readonly<Record<LimitedList, number>>> {
    const [leads, interactions] = await Promise.all([this.leads.read(), this.interactions.read()]);
    return { leads: rowCountOf(leads), interactions: rowCountOf(interactions) };
  }
}

const rowCountOf = ({ count, limit }: ListSizeReading): number => Math.min(count ?? limit, limit);
