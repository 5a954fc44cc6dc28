import { Sequelize } from 'sequelize';
import { selectStaleLeads } from '../../src/leads/scoring/stale-scores.sql.js';
import { ScoreRefresher } from '../../src/recalculation/score-refresher.js';
import { settle } from './bench-data.js';
import { type Benchmark, say, timed } from './benchmark.js';
import { recalculate } from './recalculation.js';
import { startServerUnderTest } from './server-under-test.js';

/**
 * The share of leads to refresh in a minute: docs/scoring.md derives two evaluations a second for a million
 * leads.
 */
const SHARE_A_MINUTE = 120 / 1_000_000;

/** Milliseconds, one value per round. */
export interface Refreshes {
  /** The time to find out that no score is stale. */
  readonly selecting: readonly number[];
  /** The time to refresh the scores that expire within a minute. */
  readonly refreshing: readonly number[];
  readonly refreshedCount: number;
}

export async function measureRefreshes(benchmark: Benchmark, leads: number): Promise<Refreshes> {
  const { database, rounds, cleanUp } = benchmark;
  const { client } = database;
  const server = await startServerUnderTest(database.url, cleanUp);
  await recalculate(server, leads);
  await server.stop();
  await settle(database);
  const sequelize = new Sequelize(database.url, { logging: false });
  const refresher = new ScoreRefresher(sequelize);
  const refreshedCount = Math.ceil(leads * SHARE_A_MINUTE);
  const times = { selecting: [] as number[], refreshing: [] as number[] };
  try {
    for (let round = 0; round <= rounds; round += 1) {
      await refresher.refresh();
      await client.query('BEGIN');
      const selecting = await timed(() => client.query(selectStaleLeads(null)));
      await client.query('ROLLBACK');
      await client.query(
        `UPDATE lead_scores SET "refreshAt" = now() - interval '1 second'
         WHERE "leadId" IN (SELECT 1 + n * ($1::int / $2::int) FROM generate_series(0, $2::int - 1) AS n)`,
        [leads, refreshedCount],
      );
      const refreshing = await timed(() => refresher.refresh());
      if (round === 0) continue;
      times.selecting.push(selecting);
      times.refreshing.push(refreshing);
      say(`  round ${round} of ${rounds}`);
    }
  } finally {
    await sequelize.close();
  }
  return { ...times, refreshedCount };
}
