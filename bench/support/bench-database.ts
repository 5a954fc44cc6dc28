import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres.js';
import { migrateUp } from '../../src/database/migrator.js';

/** A database that a benchmark has to itself. */
export interface BenchDatabase {
  readonly url: string;
  readonly client: pg.Client;
  drop(): Promise<void>;
}

/** @param serverUrl a PostgreSQL on which a database may be made; null: an embedded one, as `pnpm start` runs it */
export async function createBenchDatabase(serverUrl: string | null): Promise<BenchDatabase> {
  return serverUrl === null ? onEmbeddedServer() : onServer(serverUrl);
}

async function onEmbeddedServer(): Promise<BenchDatabase> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'lead-scoring-bench-'));
  const postgres = await startEmbeddedPostgres({
    directory: path.join(directory, 'postgres'),
    database: 'bench',
  });
  return open(postgres.url, async () => {
    await postgres.release();
    await rm(directory, { recursive: true, force: true });
  });
}

async function onServer(serverUrl: string): Promise<BenchDatabase> {
  const name = `lead_scoring_bench_${randomBytes(4).toString('hex')}`;
  await execute(serverUrl, `CREATE DATABASE ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return open(url.href, () => execute(serverUrl, `DROP DATABASE ${name} WITH (FORCE)`));
}

async function execute(url: string, sql: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

async function open(url: string, remove: () => Promise<void>): Promise<BenchDatabase> {
  await migrateUp({ url });
  const client = new pg.Client(url);
  await client.connect();
  return {
    url,
    client,
    drop: async () => {
      await client.end();
      await remove();
    },
  };
}

/** Leads as a CRM has them, in rows of a realistic width. */
const INSERT_LEADS = `
  INSERT INTO leads ("firstName", "lastName", email, phone, budget, location, company, source, status, summary,
    "createdAt", "updatedAt")
  SELECT 'First' || n, 'Last' || n, 'lead' || n || '@example.com', '+44 20 7946 0000', (random() * 200000)::numeric(10, 2),
    'Berlin', 'Company ' || n % 5000, 'website',
    (ARRAY['new', 'contacted', 'qualified', 'proposal', 'negotiation', 'won', 'lost'])[1 + n % 7],
    repeat('A summary of some words. ', 6), now(), now()
  FROM generate_series(1, $1::int) AS n`;

/** Interactions as time writes them: not in the order of the leads. */
const INSERT_INTERACTIONS = `
  INSERT INTO interactions (type, date, notes, "leadId", "createdAt", "updatedAt")
  SELECT (ARRAY['call', 'email', 'meeting']::enum_interactions_type[])[1 + floor(random() * 3)],
    now() - random() * interval '200 days', 'Some notes about what was said.', lead, now(), now()
  FROM generate_series(1, $1::int) AS lead, generate_series(1, $2::int)
  ORDER BY random()`;

/** Replaces whatever the database holds. */
export async function fill(
  { client }: BenchDatabase,
  leads: number,
  interactionsEach: number,
): Promise<void> {
  await client.query('TRUNCATE leads, interactions RESTART IDENTITY');
  await client.query(INSERT_LEADS, [leads]);
  await addInteractions(client, leads, interactionsEach);
  // Rows of a table in use are where recalculations have put them; new ones lie side by side.
  await client.query('UPDATE leads SET "scoreCalculatedAt" = NULL');
  await settle(client);
}

/** The triggers note each change on its lead, which a table that is being filled has no use for. */
async function addInteractions(client: pg.Client, leads: number, each: number): Promise<void> {
  await client.query('ALTER TABLE interactions DISABLE TRIGGER USER');
  await client.query(INSERT_INTERACTIONS, [leads, each]);
  await client.query('ALTER TABLE interactions ENABLE TRIGGER USER');
}

/** Brings the tables into the state that autovacuum keeps them in, so that each contender finds the same. */
export async function settle(client: pg.Client): Promise<void> {
  await client.query('VACUUM ANALYZE leads');
  await client.query('VACUUM ANALYZE interactions');
  await client.query('CHECKPOINT');
}
