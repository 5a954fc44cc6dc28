import { setTimeout as sleep } from 'node:timers/promises';
import { type Answered, Askers } from './arrivals.js';
import { settle } from './bench-data.js';
import { type BenchDatabase, connect } from './bench-database.js';
import { type Benchmark, say } from './benchmark.js';
import type { ProcessUsage } from './self-report.js';
import { SERVER, type ServerProcess, startServerProcess } from './server-under-test.js';
import { askOfAWorkingDay, askToRead, askToRecalculate } from './working-day.js';

export interface Step {
  /** Requests a second that were sent. */
  readonly rate: number;
  readonly seconds: number;
  readonly answers: readonly Answered[];
  /** The resource usage of the server, once a second. */
  readonly usage: readonly ProcessUsage[];
}

/** Reads alone, during consecutive recalculations, and beside sessions that only use processor time. */
export interface MeasuredReads {
  readonly rate: number;
  readonly alone: readonly Answered[];
  readonly besideRecalculations: readonly Answered[];
  readonly besideCalculating: readonly Answered[];
  /** The number of recalculations that were saved during the reads. */
  readonly recalculations: number;
}

export interface LoadPlan {
  readonly leads: number;
  /** Requests a second, one value per step. */
  readonly rates: readonly number[];
  /** Seconds per step. */
  readonly seconds: number;
  /** Reads a second during recalculations. */
  readonly readRate: number;
}

/**
 * The maximum warm-up, at most as long as a step: compiles queries and plans, opens connections, and fills
 * caches.
 */
const WARM_UP_SECONDS = 15;
/** How often, and how many times at most, a step looks for the first report of the server. */
const REPORT_POLL_MS = 50;
const MAX_REPORT_POLLS = 200;
const REST_MS = 1000;

/**
 * About the processor use of a recalculation: with its default settings, PostgreSQL calculates scores with
 * three processes and writes them with one.
 */
export const CALCULATING_SESSIONS = 2;

/** The server under load and its clients. */
export class LoadBench {
  private constructor(
    private readonly database: BenchDatabase,
    private readonly plan: LoadPlan,
    private readonly askers: Askers,
    private readonly server: ServerProcess,
    /** The resource usage of the server, once a second, since a step began. */
    private readonly usage: ProcessUsage[],
  ) {}

  static async start({ database, cleanUp }: Omit<Benchmark, 'rounds'>, plan: LoadPlan): Promise<LoadBench> {
    const usage: ProcessUsage[] = [];
    const server = await startServerProcess(SERVER, database.url, cleanUp, (now) => usage.push(now));
    const bench = new LoadBench(database, plan, new Askers(server), server, usage);
    await bench.step(askToRead, plan.readRate, Math.min(WARM_UP_SECONDS, plan.seconds));
    return bench;
  }

  async stop(): Promise<void> {
    this.askers.close();
    await this.server.stop();
  }

  /** Each round runs all three measurements. */
  async measureReads(rounds: number): Promise<MeasuredReads> {
    const { readRate } = this.plan;
    const read = async () => (await this.step(askToRead, readRate)).answers;
    const alone: Answered[] = [];
    const besideRecalculations: Answered[] = [];
    const besideCalculating: Answered[] = [];
    let recalculations = 0;
    for (let round = 1; round <= rounds; round += 1) {
      say(`Reads, round ${round} of ${rounds}`);
      await settle(this.database);
      alone.push(...(await read()));
      const reading = read();
      const saved = await this.askers.askUntil(askToRecalculate, reading);
      besideRecalculations.push(...(await reading));
      recalculations += saved.filter(({ code }) => code === null).length;
      const readingOn = read();
      await keepCalculating(this.database, CALCULATING_SESSIONS, readingOn);
      besideCalculating.push(...(await readingOn));
    }
    return { rate: readRate, alone, besideRecalculations, besideCalculating, recalculations };
  }

  /**
   * Measures a working day at each rate, and again at the first one: the server should not keep memory that
   * it used at higher rates.
   */
  async measureDay(): Promise<Step[]> {
    const { rates } = this.plan;
    await settle(this.database);
    const steps: Step[] = [];
    for (const rate of [...rates, ...rates.slice(0, 1)]) {
      say(`A working day, ${rate} requests a second`);
      steps.push(await this.step(askOfAWorkingDay, rate));
      await sleep(REST_MS);
    }
    return steps;
  }

  private async step(ask: typeof askOfAWorkingDay, rate: number, seconds = this.plan.seconds): Promise<Step> {
    this.usage.length = 0;
    const answers = await this.askers.askAtRate(() => ask(this.plan.leads), rate, seconds);
    // The server reports once a second, so a short step may end before the first report.
    for (let tries = 0; this.usage.length === 0 && tries < MAX_REPORT_POLLS; tries += 1)
      await sleep(REPORT_POLL_MS);
    return { rate, seconds, answers, usage: [...this.usage] };
  }
}

/** Makes sessions of PostgreSQL use processor time until work is done. */
async function keepCalculating(
  { url }: BenchDatabase,
  sessions: number,
  work: Promise<unknown>,
): Promise<void> {
  let isOver = false;
  const end = () => (isOver = true);
  work.then(end, end);
  const calculate = async () => {
    const client = await connect(url);
    await client.query('SET max_parallel_workers_per_gather = 0');
    while (!isOver) await client.query('SELECT sum(sqrt(n)) FROM generate_series(1, 500000) AS n');
    await client.end();
  };
  await Promise.all(Array.from({ length: sessions }, calculate));
}
