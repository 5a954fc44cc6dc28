import type pg from 'pg';
import { Sequelize } from 'sequelize-typescript';
import { Interaction } from '../../src/interactions/interaction.model.js';
import { calculateActivityScore } from '../../src/leads/scoring/activity-score.js';
import { Lead } from '../../src/leads/lead.model.js';

/**
 * The formula of docs/scoring.md by hand, in one statement that writes the two columns that it has to: what anybody
 * would write who knows SQL. $1: the instant.
 */
export const PLAIN_STATEMENT = `
  UPDATE leads AS lead
  SET "activityScore" = least(100, greatest(0, floor(
        coalesce(40 * power(2::float8, -date_part('epoch', $1::timestamptz - contact.latest) / 86400 / 14), 0)
        + 30 * (1 - power(2::float8, -coalesce(contact.weight, 0) / 10))
        + CASE WHEN lead.budget > 0 THEN 20 * (1 - power(2::float8, -lead.budget::float8 / 50000)) ELSE 0 END
        + CASE lower(lead.status) WHEN 'contacted' THEN 5 WHEN 'qualified' THEN 7 WHEN 'proposal' THEN 8
            WHEN 'negotiation' THEN 9 WHEN 'won' THEN 10 WHEN 'converted' THEN 10 WHEN 'lost' THEN 0
            WHEN 'closed_lost' THEN 0 ELSE 3 END
        + 0.5::float8))),
      "scoreCalculatedAt" = $1
  FROM leads AS same
  LEFT JOIN (
    SELECT "leadId", max(date) AS latest,
      sum(CASE type WHEN 'meeting' THEN 5::float8 WHEN 'call' THEN 3::float8 ELSE 1::float8 END
        * power(2::float8, -date_part('epoch', $1::timestamptz - date) / 86400 / 30)) AS weight
    FROM interactions
    WHERE date <= $1
    GROUP BY "leadId"
  ) AS contact ON contact."leadId" = same.id
  WHERE lead.id = same.id`;

/** What writing every row costs, whatever is written. */
export const TOUCH_EVERY_ROW = 'UPDATE leads SET "scoreCalculatedAt" = $1';

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** One lead after another through the ORM, in one transaction. @returns milliseconds a lead */
export async function ormLoop(databaseUrl: string, asOf: Date, sampleSize: number): Promise<number> {
  const sequelize = new Sequelize(databaseUrl, {
    dialect: 'postgres',
    logging: false,
    models: [Lead, Interaction],
    define: { freezeTableName: true, timestamps: true },
  });
  try {
    const ids = (await Lead.findAll({ attributes: ['id'], limit: sampleSize, order: [['id', 'ASC']] })).map(
      ({ id }) => id,
    );
    const elapsed = await timed(() =>
      sequelize.transaction(async (transaction) => {
        for (const id of ids) {
          const lead = await Lead.findByPk(id, { transaction, rejectOnEmpty: true });
          const interactions = await Interaction.findAll({ where: { leadId: id }, transaction });
          const { activityScore } = calculateActivityScore(lead, interactions, asOf);
          await lead.update({ activityScore, scoreCalculatedAt: asOf }, { transaction });
        }
      }),
    );
    return elapsed / ids.length;
  } finally {
    await sequelize.close();
  }
}

/**
 * How long one who changes random leads waits for the slowest of them while work is done, in milliseconds. Each is
 * changed by the smallest update that needs its lock.
 */
export async function longestWait(client: pg.Client, leads: number, work: Promise<unknown>): Promise<number> {
  let isOver = false;
  void work.finally(() => (isOver = true)).catch(() => undefined);
  let longest = 0;
  for (let id = 1; !isOver; id = 1 + ((id * 7919) % leads)) {
    longest = Math.max(
      longest,
      await timed(() => client.query('UPDATE leads SET phone = phone WHERE id = $1', [id])),
    );
  }
  await work;
  return longest;
}
