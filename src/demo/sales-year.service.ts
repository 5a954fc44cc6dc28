import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/sequelize';
import { QueryTypes, Sequelize, type Transaction } from 'sequelize';
import { inTransaction } from '../database/transactions.js';
import { deferScores, lockBulkScoring, refreshLeads } from '../leads/scoring/bulk-recalculation.js';
import { readClock } from '../leads/scoring/lead-scores.js';
import { ListSizes } from '../list-sizes/list-sizes.js';
import { SALES_YEAR_LEADS, salesYear } from './sales-year.js';
import {
  changeRowsOf,
  INSERT_CHANGES,
  INSERT_INTERACTIONS,
  INSERT_LEADS,
  leadRowOf,
} from './sales-year.sql.js';

/** Who has recorded the changes, according to the history of a lead. */
const RECORDED_BY = 'synthetic sales year';

export interface LoadedSalesYear {
  readonly leads: number;
  readonly changes: number;
  readonly interactions: number;
  /** The leads that existed already. */
  readonly skipped: number;
}

/** Loads the synthetic sales year, to try everything that needs a history. */
@Injectable()
export class SalesYearService {
  constructor(
    @InjectConnection() private readonly sequelize: Sequelize,
    private readonly listSizes: ListSizes,
  ) {}

  /** Loads the leads whose e-mail does not exist yet, with their history. It ends at the time of loading. */
  async load(): Promise<LoadedSalesYear> {
    const loaded = await inTransaction(this.sequelize, (transaction) => this.loadIn(transaction));
    await this.listSizes.leads.grow(loaded.leads);
    await this.listSizes.interactions.grow(loaded.interactions);
    return loaded;
  }

  private async loadIn(transaction: Transaction): Promise<LoadedSalesYear> {
    await lockBulkScoring(this.sequelize, transaction);
    await deferScores(this.sequelize, transaction);
    const leads = [...salesYear(await readClock(this.sequelize, transaction))];
    const ids = await this.insertLeads(leads.map(leadRowOf), transaction);
    const inserted = leads.flatMap((lead) => {
      const id = ids.get(lead.email);
      return id === undefined ? [] : [{ id, lead }];
    });
    const changes = inserted.flatMap(({ id, lead }) => changeRowsOf(id, lead));
    const interactions = inserted.flatMap(({ id, lead }) =>
      lead.interactions.map((interaction) => ({ leadId: id, ...interaction })),
    );
    if (inserted.length > 0) {
      await this.write(INSERT_CHANGES, [JSON.stringify(changes), RECORDED_BY], transaction);
      await this.write(INSERT_INTERACTIONS, [JSON.stringify(interactions)], transaction);
      const asOf = await readClock(this.sequelize, transaction);
      await refreshLeads(this.sequelize, transaction, [...ids.values()], asOf);
    }
    return {
      leads: inserted.length,
      changes: changes.length,
      interactions: interactions.length,
      skipped: SALES_YEAR_LEADS - inserted.length,
    };
  }

  /** @returns the ids by e-mail */
  private async insertLeads(rows: object[], transaction: Transaction): Promise<Map<string, number>> {
    const inserted = await this.sequelize.query<{ id: number; email: string }>(INSERT_LEADS, {
      type: QueryTypes.SELECT,
      bind: [JSON.stringify(rows)],
      transaction,
    });
    return new Map(inserted.map(({ id, email }) => [email, id]));
  }

  private async write(sql: string, bind: unknown[], transaction: Transaction): Promise<void> {
    await this.sequelize.query(sql, { bind, transaction });
  }
}
