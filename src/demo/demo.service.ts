import { Injectable } from '@nestjs/common';
import { InjectConnection, InjectModel } from '@nestjs/sequelize';
import { Op, Sequelize, Transaction } from 'sequelize';
import { inTransaction } from '../database/transactions.js';
import { Interaction } from '../interactions/interaction.model.js';
import { ListSizes } from '../list-sizes/list-sizes.js';
import { Lead } from '../leads/lead.model.js';
import { lockBulkScoring } from '../leads/scoring/bulk-recalculation.js';
import { readClock, scoreLead } from '../leads/scoring/lead-scores.js';
import { DEMO_LEADS, type DemoLead } from './demo-leads.js';

const MS_A_DAY = 86_400_000;

/** Loads the demo leads, for exploration and tests. */
@Injectable()
export class DemoService {
  constructor(
    @InjectConnection() private readonly sequelize: Sequelize,
    @InjectModel(Lead) private readonly leads: typeof Lead,
    @InjectModel(Interaction) private readonly interactions: typeof Interaction,
    private readonly listSizes: ListSizes,
  ) {}

  /** Loads the demo leads whose e-mail does not exist yet. @returns the number of loaded leads */
  load(): Promise<number> {
    return this.loadIn((transaction) => this.missingLeads(transaction));
  }

  /** Loads the demo leads if there are no leads. @returns the number of loaded leads */
  loadIfEmpty(): Promise<number> {
    return this.loadIn(async (transaction) =>
      (await this.leads.count({ transaction })) === 0 ? DEMO_LEADS : [],
    );
  }

  /** Uses a lock, so that two processes that start at the same time load the leads only once. */
  private async loadIn(choose: (transaction: Transaction) => Promise<readonly DemoLead[]>): Promise<number> {
    const loaded = await inTransaction(this.sequelize, async (transaction) => {
      await lockBulkScoring(this.sequelize, transaction);
      const leads = await choose(transaction);
      // Ages are relative to the clock that scores use.
      const asOf = await readClock(this.sequelize, transaction);
      for (const lead of leads) await this.insert(lead, asOf, transaction);
      return leads;
    });
    await this.listSizes.leads.grow(loaded.length);
    await this.listSizes.interactions.grow(loaded.flatMap(({ interactions }) => interactions).length);
    return loaded.length;
  }

  private async missingLeads(transaction: Transaction): Promise<readonly DemoLead[]> {
    const present = await this.leads.findAll({
      attributes: ['email'],
      where: { email: { [Op.in]: DEMO_LEADS.map(({ email }) => email) } },
      transaction,
    });
    const emails = new Set(present.map(({ email }) => email));
    return DEMO_LEADS.filter(({ email }) => !emails.has(email));
  }

  private async insert(
    { interactions, ...lead }: DemoLead,
    asOf: Date,
    transaction: Transaction,
  ): Promise<void> {
    const { id } = await this.leads.create(lead, { transaction });
    await this.interactions.bulkCreate(
      interactions.map(({ type, direction = null, ageInDays, notes }) => ({
        leadId: id,
        type,
        direction,
        notes,
        date: new Date(asOf.getTime() - ageInDays * MS_A_DAY),
      })),
      { transaction },
    );
    await scoreLead(this.sequelize, transaction, id);
  }
}
