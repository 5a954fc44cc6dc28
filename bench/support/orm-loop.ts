import type pg from 'pg';
import { Sequelize } from 'sequelize-typescript';
import { Interaction } from '../../src/interactions/interaction.model.js';
import { calculateActivityScore } from '../../src/leads/scoring/activity-score.js';
import { Lead } from '../../src/leads/lead.model.js';
import { timed } from './benchmark.js';

/** The size of the random sample of leads. */
export const ORM_SAMPLE = 500;

/** Scores leads one by one through the ORM, in one transaction. */
export class OrmLoop {
  private readonly sequelize: Sequelize;

  constructor(url: string) {
    this.sequelize = new Sequelize(url, {
      dialect: 'postgres',
      logging: false,
      models: [Lead, Interaction],
      define: { freezeTableName: true, timestamps: true },
    });
  }

  /** @returns milliseconds per lead */
  async measure(client: pg.Client, asOf: Date): Promise<number> {
    const { rows } = await client.query<{ id: number }>('SELECT id FROM leads ORDER BY random() LIMIT $1', [
      ORM_SAMPLE,
    ]);
    const ids = rows.map(({ id }) => id);
    return (await timed(() => this.score(ids, asOf))) / ids.length;
  }

  close(): Promise<void> {
    return this.sequelize.close();
  }

  private score(ids: readonly number[], asOf: Date): Promise<void> {
    return this.sequelize.transaction(async (transaction) => {
      for (const id of ids) {
        const lead = await Lead.findByPk(id, { transaction, rejectOnEmpty: true });
        const interactions = await Interaction.findAll({ where: { leadId: id }, transaction });
        lead.activityScore = calculateActivityScore(lead, interactions, asOf).activityScore;
        lead.scoreCalculatedAt = asOf;
        await lead.save({ transaction });
      }
    });
  }
}
