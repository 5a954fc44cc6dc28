import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { settle } from './bench-data.js';
import { type Benchmark, say, timed } from './benchmark.js';
import { OrmLoop } from './orm-loop.js';
import { PLAIN_STATEMENT } from './plain-statement.js';
import { recalculate } from './recalculation.js';
import { type ServerUnderTest, startServerUnderTest, type WatchedMemory } from './server-under-test.js';

/** The compared ways to write every score, in the order of their turns. */
export const WAYS = ['statement', 'mutation', 'changes', 'orm', 'floor'] as const;
export type Way = (typeof WAYS)[number];

export interface Size {
  readonly leads: number;
  /** The average number for each lead. */
  readonly interactions: number;
}

/** The memory of the server process, in bytes. */
export interface ServerMemory {
  /** After the start. */
  readonly idle: number;
  /** The maximum of all turns. */
  readonly peak: number;
  /**
   * The larger of two increases: the largest increase within a turn, or the peak of all turns above the idle
   * memory.
   */
  readonly added: number;
}

export interface Measured {
  readonly size: Size;
  /** The milliseconds for all leads, one value per round. */
  readonly times: Readonly<Record<Way, readonly number[]>>;
  /** Null if the system does not report it. */
  readonly memory: ServerMemory | null;
}

/** The cost of writing every row, regardless of the values. */
const TOUCH_EVERY_ROW = 'UPDATE leads SET "updatedAt" = now()';

/** Gives every lead a wrong score, so that the recalculation must change all scores. */
const FALSIFY_SCORES = [
  'ALTER TABLE leads DISABLE TRIGGER USER',
  'UPDATE leads SET "activityScore" = CASE WHEN "activityScore" > 0 THEN "activityScore" - 1 ELSE 1 END',
  'UPDATE lead_scores SET score = leads."activityScore" FROM leads WHERE leads.id = lead_scores."leadId"',
  'ALTER TABLE leads ENABLE TRIGGER USER',
];

/**
 * Each way has one turn per round, and starts with the same state of the tables. The first round is not
 * counted.
 */
export async function measureWays(benchmark: Benchmark, size: Size): Promise<Measured> {
  const { database, rounds, cleanUp } = benchmark;
  const server = await startServerUnderTest(database.url, cleanUp);
  const orm = new OrmLoop(database.url);
  const watched: (WatchedMemory | null)[] = [];
  const times: Record<Way, number[]> = { statement: [], mutation: [], changes: [], orm: [], floor: [] };
  const turns = turnsOf(database.client, server, orm, size, watched);
  try {
    for (let round = 0; round <= rounds; round += 1) {
      for (const way of WAYS) {
        if (way === 'changes') for (const statement of FALSIFY_SCORES) await database.client.query(statement);
        await settle(database);
        const elapsed = await turns[way]();
        if (round > 0) times[way].push(elapsed);
      }
      if (round === 0) await checkAgreement(database.client, server, size);
      say(`  round ${round} of ${rounds}${round === 0 ? ', which does not count' : ` (${latestOf(times)})`}`);
    }
  } finally {
    await orm.close();
    await server.stop();
  }
  return { size, times, memory: memoryOf(server.idleMemory, watched) };
}

/** @param watched receives the memory of the server in each of its turns */
function turnsOf(
  client: pg.Client,
  server: ServerUnderTest,
  orm: OrmLoop,
  { leads }: Size,
  watched: (WatchedMemory | null)[],
): Record<Way, () => Promise<number>> {
  return {
    statement: async () => {
      const asOf = await readClock(client);
      return timed(() => client.query(PLAIN_STATEMENT, [asOf]));
    },
    mutation: async () => {
      let elapsed = NaN;
      watched.push(
        await server.watchMemory(async () => {
          elapsed = (await recalculate(server, leads)).milliseconds;
        }),
      );
      return elapsed;
    },
    changes: async () => (await recalculate(server, leads)).milliseconds,
    orm: async () => (await orm.measure(client, await readClock(client))) * leads,
    floor: () => timed(() => client.query(TOUCH_EVERY_ROW)),
  };
}

/**
 * Reads the clock of the database, which the server also uses. A score dated in the future would be fresher
 * than that of the mutation.
 */
async function readClock(client: pg.Client): Promise<Date> {
  const { rows } = await client.query<{ now: Date }>('SELECT now()');
  if (rows[0] === undefined) throw new Error('The database does not tell the time.');
  return rows[0].now;
}

/** Checks that both ways write the same scores: a fast but wrong way is not comparable. */
async function checkAgreement(client: pg.Client, server: ServerUnderTest, { leads }: Size): Promise<void> {
  // The previous turn has given every lead a score of the current millisecond.
  await sleep(2);
  const { asOf } = await recalculate(server, leads);
  await client.query('CREATE TEMP TABLE ours AS SELECT id, "activityScore" AS score FROM leads');
  await client.query(PLAIN_STATEMENT, [asOf]);
  const { rows } = await client.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM leads JOIN ours USING (id)
     WHERE leads."activityScore" IS NULL OR leads."activityScore" IS DISTINCT FROM ours.score`,
  );
  await client.query('DROP TABLE ours');
  const count = rows[0]?.count ?? NaN;
  if (count !== 0) throw new Error(`The statement and the mutation give ${count} leads different scores.`);
}

function latestOf(times: Readonly<Record<Way, readonly number[]>>): string {
  return WAYS.map((way) => `${way} ${((times[way].at(-1) ?? NaN) / 1000).toFixed(2)} s`).join(', ');
}

/**
 * A server that has just started may still use memory that it no longer needs. Therefore both increases are
 * considered.
 */
function memoryOf(idle: number | null, watched: readonly (WatchedMemory | null)[]): ServerMemory | null {
  const turns = watched.filter((turn) => turn !== null);
  if (idle === null || turns.length === 0) return null;
  const peak = Math.max(...turns.map((turn) => turn.peak));
  return { idle, peak, added: Math.max(peak - idle, ...turns.map((turn) => turn.peak - turn.before)) };
}
