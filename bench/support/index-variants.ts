import type pg from 'pg';
import { settle } from './bench-data.js';
import { type Benchmark, say } from './benchmark.js';
import { recalculate } from './recalculation.js';
import { type ServerUnderTest, startServerUnderTest } from './server-under-test.js';

/** The schema with one modification. */
interface Variant {
  readonly name: string;
  readonly prepare: readonly string[];
  readonly undo: readonly string[];
}

export interface MeasuredVariant {
  readonly name: string;
  /** The milliseconds of the mutation, one value per round. */
  readonly times: readonly number[];
  /** Bytes on disk after the last round, including indexes. */
  readonly leadsSize: number;
  readonly interactionsSize: number;
}

/** Measures the mutation with and without each modification that makes writes or reads more expensive. */
export async function measureVariants(benchmark: Benchmark, leads: number): Promise<MeasuredVariant[]> {
  const { database, cleanUp } = benchmark;
  const { client } = database;
  const server = await startServerUnderTest(database.url, cleanUp);
  const measured: MeasuredVariant[] = [];
  try {
    for (const { name, prepare, undo } of await variantsOf(client)) {
      for (const statement of prepare) await client.query(statement);
      // Rewrites the table, so that its pages have the configured free space at the start.
      await client.query('VACUUM FULL ANALYZE leads');
      const times = await measureMutation(benchmark, server, leads);
      measured.push({ name, times, ...(await sizesOf(client)) });
      for (const statement of undo) await client.query(statement);
      say(`  ${name}`);
    }
    await client.query('VACUUM FULL ANALYZE leads');
  } finally {
    await server.stop();
  }
  return measured;
}

/**
 * The first variant is measured again at the end. The difference of the two shows the accuracy of the others.
 */
async function variantsOf(client: pg.Client): Promise<Variant[]> {
  const [indexDefinition, fillfactor] = await readSchema(client);
  return [
    { name: 'as it is', prepare: [], undo: [] },
    {
      name: 'with an index on `scoreCalculatedAt`',
      prepare: ['CREATE INDEX bench_idx ON leads ("scoreCalculatedAt")'],
      undo: ['DROP INDEX bench_idx'],
    },
    {
      name: 'with full pages of leads (`fillfactor` 100)',
      prepare: ['ALTER TABLE leads RESET (fillfactor)'],
      undo: [`ALTER TABLE leads SET (fillfactor = ${fillfactor})`],
    },
    {
      name: 'with an index on `leadId` alone',
      prepare: [
        'DROP INDEX "interactions_leadId_date_idx"',
        'CREATE INDEX bench_idx ON interactions ("leadId")',
        'ANALYZE interactions',
      ],
      undo: ['DROP INDEX bench_idx', indexDefinition, 'VACUUM ANALYZE interactions'],
    },
    { name: 'as it is, once more', prepare: [], undo: [] },
  ];
}

/** Reads the definitions that the migrations created, to restore them. */
async function readSchema(client: pg.Client): Promise<[index: string, fillfactor: number]> {
  const { rows } = await client.query<{ index: string; fillfactor: number }>(`
    SELECT pg_get_indexdef('"interactions_leadId_date_idx"'::regclass) AS index, option_value::int AS fillfactor
    FROM pg_class, pg_options_to_table(reloptions)
    WHERE oid = 'leads'::regclass AND option_name = 'fillfactor'`);
  if (rows[0] === undefined) throw new Error('The migrations leave no room in the pages of leads any more.');
  return [rows[0].index, rows[0].fillfactor];
}

async function measureMutation(
  { database, rounds }: Benchmark,
  server: ServerUnderTest,
  leads: number,
): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    await settle(database);
    const { milliseconds } = await recalculate(server, leads);
    if (round > 0) times.push(milliseconds);
  }
  return times;
}

async function sizesOf(client: pg.Client): Promise<{ leadsSize: number; interactionsSize: number }> {
  const { rows } = await client.query<{ leads: string; interactions: string }>(
    `SELECT pg_total_relation_size('leads') AS leads, pg_total_relation_size('interactions') AS interactions`,
  );
  return { leadsSize: Number(rows[0]?.leads), interactionsSize: Number(rows[0]?.interactions) };
}
