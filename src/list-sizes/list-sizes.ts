import type { Sequelize } from 'sequelize';
import { ListSize } from './list-size.js';

/** How near the lists are to their limits. */
export class ListSizes {
  readonly leads: ListSize;
  readonly interactions: ListSize;

  constructor(sequelize: Sequelize, limits: { readonly maxLeads: number; readonly maxInteractions: number }) {
    this.leads = new ListSize(sequelize, 'leads', limits.maxLeads);
    this.interactions = new ListSize(sequelize, 'interactions', limits.maxInteractions);
  }
}
