import type pg from 'pg';
import type { BenchDatabase } from './bench-database.js';

/** $1: the number of leads. The rows are as wide as those of leads with summaries. */
const INSERT_LEADS = `
  INSERT INTO leads ("firstName", "lastName", email, phone, budget, location, company, source, status,
    summary, "summaryGeneratedAt", "summarySource", "createdAt", "updatedAt")
  SELECT
    (ARRAY['Anna', 'Ben', 'Chiara', 'David', 'Elif', 'Farid', 'Grace', 'Henrik'])[1 + n % 8],
    (ARRAY['Schmidt', 'Okafor', 'Rossi', 'Nguyen', 'Kowalska', 'Haddad', 'Lindqvist'])[1 + n % 7],
    'lead.' || n || '@company-' || n % 5000 || '.example.com',
    '+49 30 ' || 1000000 + n,
    CASE WHEN n % 10 > 0 THEN round((random() * 250000)::numeric, 2) END,
    (ARRAY['Berlin', 'Lagos', 'Milano', 'Toronto', 'Singapore'])[1 + n % 5],
    'Company ' || n % 5000 || ' Ltd.',
    (ARRAY['website', 'referral', 'trade fair', 'cold call'])[1 + n % 4],
    (ARRAY['new', 'contacted', 'qualified', 'proposal', 'negotiation', 'won', 'lost', 'Nurturing'])[1 + n % 8],
    'Wants to replace a tool that no longer keeps up with a growing team. Has asked for a quote '
      || 'with ' || 5 + n % 500 || ' seats, and for references of the same industry.',
    now() - interval '3 days', 'template', now() - interval '300 days', now() - interval '3 days'
  FROM generate_series(1, $1::int) AS n`;

const DAYS = 200;

/**
 * $1, $2: the numbers of the first and the last row, $3: the number of all rows, $4: the number of leads.
 * Rows are in order of their dates, each for a random lead. The rows of a lead are therefore scattered, and
 * some leads have more than others.
 */
const INSERT_INTERACTIONS = `
  INSERT INTO interactions (type, date, notes, "leadId", "createdAt", "updatedAt")
  SELECT
    (ARRAY['email', 'email', 'email', 'call', 'call', 'meeting']::enum_interactions_type[])[1 + floor(random() * 6)],
    date, 'Asked about prices and the time that a move would take; to be called again.',
    1 + floor(random() * $4::int), date, date
  FROM (
    SELECT date_trunc('milliseconds', now() - interval '${DAYS} days' * (1 - n::float8 / $3::int)) AS date
    FROM generate_series($1::int, $2::int) AS n
  ) AS day`;

/** Rows per statement: PostgreSQL keeps pending foreign key checks in memory until a statement ends. */
const CHUNK = 1_000_000;

/** Replaces the content of the tables. @param interactions the average number for each lead */
export async function fill(database: BenchDatabase, leads: number, interactions: number): Promise<void> {
  const { client } = database;
  // The benchmark vacuums by itself: autovacuum would slow down one contender and not another.
  await client.query('ALTER TABLE leads SET (autovacuum_enabled = off)');
  await client.query('ALTER TABLE interactions SET (autovacuum_enabled = off)');
  await client.query('TRUNCATE leads, interactions RESTART IDENTITY CASCADE');
  await client.query('SELECT setseed(0.5)');
  await withoutIndexes(client, 'leads', () => client.query(INSERT_LEADS, [leads]));
  await addInteractions(database, leads, interactions);
}

/** Adds interactions to the existing leads. @param each the average number for each lead */
export async function addInteractions({ client }: BenchDatabase, leads: number, each: number): Promise<void> {
  // Triggers would update the lead of each interaction, which takes longer than everything else.
  await client.query('ALTER TABLE interactions DISABLE TRIGGER USER');
  await withoutIndexes(client, 'interactions', () => insertInteractions(client, leads, leads * each));
  await client.query('ALTER TABLE interactions ENABLE TRIGGER USER');
  await client.query('VACUUM ANALYZE interactions');
  // Makes the trigger read the contact state of every lead and score it.
  await client.query(`UPDATE leads SET "nextInteractionAt" = '-infinity'`);
  await client.query('VACUUM ANALYZE leads');
  await client.query('VACUUM ANALYZE lead_scores');
  await client.query('CHECKPOINT');
}

/**
 * Recreates the indexes of a table after work that fills it, because that is faster than maintaining them.
 */
async function withoutIndexes(client: pg.Client, table: string, work: () => Promise<unknown>): Promise<void> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `SELECT quote_ident(indexname) AS name, indexdef AS definition FROM pg_indexes
     WHERE schemaname = current_schema() AND tablename = $1
       AND NOT EXISTS (SELECT FROM pg_constraint WHERE conname = indexname)`,
    [table],
  );
  for (const { name } of rows) await client.query(`DROP INDEX ${name}`);
  await work();
  for (const { definition } of rows) await client.query(definition);
}

async function insertInteractions(client: pg.Client, leads: number, total: number): Promise<void> {
  for (let first = 1; first <= total; first += CHUNK) {
    const last = Math.min(total, first + CHUNK - 1);
    await client.query(INSERT_INTERACTIONS, [first, last, total, leads]);
  }
}

/** Gives each contender the same state of the tables, with nothing left to be written to disk. */
export async function settle({ client }: BenchDatabase): Promise<void> {
  await client.query('VACUUM leads');
  await client.query('VACUUM lead_scores');
  await client.query('CHECKPOINT');
}
