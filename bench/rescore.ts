import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { type BenchDatabase, createBenchDatabase, fill, settle } from './support/bench-database.js';
import { longestWait, ormLoop, PLAIN_STATEMENT, timed, TOUCH_EVERY_ROW } from './support/contenders.js';
import { machine, median, megabytes, ratio, seconds, table, whole } from './support/report.js';
import { type ServerUnderTest, startServerUnderTest } from './support/server-under-test.js';

const USAGE = `Usage: pnpm bench:rescore [--leads N] [--interactions N] [--rounds N] [--url postgres://…] [--indexes] [--one-size]

Measures recalculateAllScores beside other ways to write every score: N leads (200000) with N interactions each (20),
then a tenth of the leads, then five times the interactions; medians of N rounds (5) in which each way has its turn.

  --url       a PostgreSQL to make a database on, which is dropped at the end; an embedded one unless it is given
  --one-size  only N leads with N interactions
  --indexes   also what an index on the score, and full pages, would cost
`;

const RECALCULATE = 'mutation { recalculateAllScores { asOf count failedCount } }';
const ORM_SAMPLE = 1000;
const MS_A_SECOND = 1000;

interface Size {
  readonly leads: number;
  readonly interactions: number;
}

/** Milliseconds for all leads, one a round. */
interface Times {
  readonly statement: number[];
  readonly mutation: number[];
  readonly orm: number[];
  readonly floor: number[];
}

interface Measured {
  readonly size: Size;
  readonly times: Times;
  readonly idleMemory: number | null;
  readonly peakMemory: number | null;
}

interface Recalculated {
  readonly recalculateAllScores: {
    readonly asOf: string;
    readonly count: number;
    readonly failedCount: number;
  };
}

const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

class RescoreBenchmark {
  constructor(
    private readonly database: BenchDatabase,
    private readonly rounds: number,
  ) {}

  /** Each way has its turn in every round, and finds the tables in the same state. The first round does not count. */
  async measure(size: Size): Promise<Measured> {
    say(`${whole(size.leads)} leads × ${whole(size.interactions)} interactions: making them`);
    await fill(this.database, size.leads, size.interactions);
    const server = await startServerUnderTest(this.database.url);
    try {
      await server.ask('{ lead(id: 1) { id } }');
      await this.round(server, size);
      await this.checkAgreement(server);
      const idleMemory = await server.memory();
      const times: Times = { statement: [], mutation: [], orm: [], floor: [] };
      const peaks: number[] = [];
      for (let round = 1; round <= this.rounds; round += 1) {
        say(`  round ${round} of ${this.rounds}`);
        peaks.push((await this.round(server, size, times)) ?? NaN);
      }
      const peakMemory = peaks.some(Number.isNaN) ? null : Math.max(...peaks);
      return { size, times, idleMemory, peakMemory };
    } finally {
      await server.stop();
    }
  }

  /** The longest that somebody who changes leads waits for one, without a recalculation and beside one. */
  async measureWaits({ leads }: Size): Promise<{ alone: number; beside: number; duration: number }> {
    const writer = new pg.Client(this.database.url);
    await writer.connect();
    const server = await startServerUnderTest(this.database.url);
    try {
      await settle(this.database.client);
      const alone = await longestWait(writer, leads, sleep(3000));
      let duration = 0;
      const beside = await longestWait(
        writer,
        leads,
        timed(() => server.ask(RECALCULATE)).then((elapsed) => (duration = elapsed)),
      );
      return { alone, beside, duration };
    } finally {
      await server.stop();
      await writer.end();
    }
  }

  /** The mutation's time with and without what makes writing dear. */
  async measureIndexes(): Promise<[string, number][]> {
    const { client } = this.database;
    const variants: [string, string, string][] = [
      ['as it is', 'SELECT 1', 'SELECT 1'],
      [
        'with an index on scoreCalculatedAt',
        'CREATE INDEX bench_idx ON leads ("scoreCalculatedAt")',
        'DROP INDEX bench_idx',
      ],
      [
        'with full pages (fillfactor 100)',
        'ALTER TABLE leads RESET (fillfactor)',
        'ALTER TABLE leads SET (fillfactor = 45)',
      ],
      [
        'with an index on the interactions’ lead alone',
        'DROP INDEX "interactions_leadId_date_idx"; CREATE INDEX bench_idx ON interactions ("leadId")',
        'DROP INDEX bench_idx; CREATE INDEX "interactions_leadId_date_idx" ON interactions ("leadId", date DESC, id DESC) INCLUDE (type)',
      ],
    ];
    const server = await startServerUnderTest(this.database.url);
    const results: [string, number][] = [];
    for (const [name, prepare, undo] of variants) {
      say(`  ${name}`);
      await client.query(prepare);
      await client.query('VACUUM FULL leads');
      const times: number[] = [];
      for (let round = 0; round <= this.rounds; round += 1) {
        await settle(client);
        const elapsed = await timed(() => server.ask(RECALCULATE));
        if (round > 0) times.push(elapsed);
      }
      await client.query(undo);
      results.push([name, median(times)]);
    }
    await server.stop();
    return results;
  }

  /** @returns the most memory that the server held during its recalculation */
  private async round(server: ServerUnderTest, size: Size, times?: Times): Promise<number | null> {
    const { client, url } = this.database;
    const turn = async (work: () => Promise<unknown>) => {
      await settle(client);
      return timed(work);
    };
    const asOf = (await client.query<{ now: Date }>('SELECT now()')).rows[0]?.now;
    const statement = await turn(() => client.query(PLAIN_STATEMENT, [asOf]));
    let mutation = NaN;
    const peak = await server.peakMemory(async () => {
      mutation = await turn(() => server.ask(RECALCULATE));
    });
    await settle(client);
    const orm = await ormLoop(url, asOf ?? new Date(0), Math.min(ORM_SAMPLE, size.leads));
    const floor = await turn(() => client.query(TOUCH_EVERY_ROW, [asOf]));
    times?.statement.push(statement);
    times?.mutation.push(mutation);
    times?.orm.push(orm * size.leads);
    times?.floor.push(floor);
    return peak;
  }

  /** A way that is quick and wrong is of no use: both write the same scores. */
  private async checkAgreement(server: ServerUnderTest): Promise<void> {
    const { client } = this.database;
    const { recalculateAllScores: done } = await server.ask<Recalculated>(RECALCULATE);
    await client.query('CREATE TEMP TABLE ours AS SELECT id, "activityScore" AS score FROM leads');
    await client.query(PLAIN_STATEMENT, [done.asOf]);
    const { rows } = await client.query<{ count: string }>(
      'SELECT count(*) FROM leads JOIN ours USING (id) WHERE leads."activityScore" IS DISTINCT FROM ours.score',
    );
    await client.query('DROP TABLE ours');
    if (rows[0]?.count !== '0' || done.failedCount > 0) {
      throw new Error(`The statement and the mutation differ on ${rows[0]?.count ?? '?'} leads.`);
    }
  }
}

function mainTable(all: readonly Measured[]): string {
  const rows = all.flatMap(({ size, times, idleMemory, peakMemory }) => {
    const statement = median(times.statement);
    const floor = median(times.floor);
    const label = `${whole(size.leads)} × ${whole(size.interactions)}`;
    const row = (name: string, values: readonly number[], memory = '') => {
      const time = median(values);
      return [
        label,
        name,
        seconds(time),
        whole((size.leads / time) * MS_A_SECOND),
        ratio(time / statement),
        ratio(time / floor),
        memory,
      ];
    };
    const memory = `${megabytes(idleMemory)} → ${megabytes(peakMemory)}`;
    return [
      row('one plain statement', times.statement),
      row('recalculateAllScores', times.mutation, memory),
      row('the ORM, lead by lead (sample)', times.orm),
      row('an UPDATE of every row (floor)', times.floor),
    ];
  });
  return table(
    [
      'leads × interactions',
      'way',
      'seconds',
      'leads/s',
      'to the statement',
      'to the floor',
      'Node: idle → peak',
    ],
    rows,
  );
}

function readArguments() {
  const { values } = parseArgs({
    options: {
      leads: { type: 'string', default: '200000' },
      interactions: { type: 'string', default: '20' },
      rounds: { type: 'string', default: '5' },
      url: { type: 'string' },
      indexes: { type: 'boolean', default: false },
      'one-size': { type: 'boolean', default: false },
    },
  });
  const [leads, interactions, rounds] = [values.leads, values.interactions, values.rounds].map(Number);
  if (![leads, interactions, rounds].every((value) => Number.isInteger(value) && (value ?? 0) > 0)) {
    throw new Error('--leads, --interactions and --rounds must be whole numbers above 0.');
  }
  return {
    leads: leads ?? 0,
    interactions: interactions ?? 0,
    rounds: rounds ?? 0,
    url: values.url ?? null,
    withIndexes: values.indexes,
    isOneSize: values['one-size'],
  };
}

async function run({
  leads,
  interactions,
  rounds,
  url,
  withIndexes,
  isOneSize,
}: ReturnType<typeof readArguments>) {
  const database = await createBenchDatabase(url);
  try {
    const benchmark = new RescoreBenchmark(database, rounds);
    const version = (
      await database.client.query<{ v: string }>(`SELECT current_setting('server_version') AS v`)
    ).rows[0]?.v;
    console.log(`${machine(version ?? '?')}; medians of ${rounds} interleaved rounds\n`);
    const first = await benchmark.measure({ leads, interactions });
    const waits = await benchmark.measureWaits(first.size);
    const indexes = withIndexes ? await benchmark.measureIndexes() : [];
    const others = isOneSize
      ? []
      : [
          await benchmark.measure({ leads: Math.max(1, Math.round(leads / 10)), interactions }),
          await benchmark.measure({ leads, interactions: interactions * 5 }),
        ];
    console.log(mainTable([first, ...others]));
    console.log(
      `\nThe longest wait of somebody who changes one lead after another: ${whole(waits.alone)} ms alone, ${whole(waits.beside)} ms beside a recalculation of ${whole(leads)} leads that took ${whole(waits.duration)} ms.`,
    );
    if (indexes.length > 0) {
      const [[, base] = ['', NaN]] = indexes;
      console.log(
        `\n${table(
          ['recalculateAllScores', 'seconds', 'ratio'],
          indexes.map(([name, time]) => [name, seconds(time), ratio(time / base)]),
        )}`,
      );
    }
  } finally {
    await database.drop();
  }
}

try {
  await run(readArguments());
} catch (error) {
  const isUsage = error instanceof Error && /^--|^(Unknown|Unexpected) /.test(error.message);
  process.stderr.write(
    isUsage ? `${error.message}\n\n${USAGE}` : `${error instanceof Error ? error.stack : String(error)}\n`,
  );
  process.exitCode = isUsage ? 2 : 1;
}
