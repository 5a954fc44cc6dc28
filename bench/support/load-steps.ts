import { setTimeout as sleep } from 'node:timers/promises';
import { type Answered, Askers } from './arrivals.js';
import { settle } from './bench-data.js';
import { type Benchmark, say } from './benchmark.js';
import type { ProcessUsage } from './self-report.js';
import { SERVER, startServerProcess } from './server-under-test.js';
import { askOfAWorkingDay, askToRead, askToRecalculate } from './working-day.js';

export interface Step {
  /** Questions a second that were asked. */
  readonly rate: number;
  readonly seconds: number;
  readonly answers: readonly Answered[];
}

export interface MeasuredLoad {
  readonly steps: readonly Step[];
  /** What the server used, every second of the steps. */
  readonly usage: readonly ProcessUsage[];
  /** Reads alone, and beside recalculations that follow each other. */
  readonly alone: Step;
  readonly beside: Step;
  /** Recalculations that were saved meanwhile. */
  readonly recalculations: number;
}

export interface LoadPlan {
  readonly leads: number;
  /** Questions a second, one for each step. */
  readonly rates: readonly number[];
  /** Of a step. */
  readonly seconds: number;
  /** Reads a second beside recalculations. */
  readonly readRate: number;
}

/** For programs and plans to be made, connections to be opened, and pages to be read: at most, and no longer than a step. */
const WARM_UP_SECONDS = 15;
const REST_MS = 1000;

export async function measureLoad(
  { database, cleanUp }: Omit<Benchmark, 'rounds'>,
  { leads, rates, seconds, readRate }: LoadPlan,
): Promise<MeasuredLoad> {
  const usage: ProcessUsage[] = [];
  const server = await startServerProcess(SERVER, database.url, cleanUp, (now) => usage.push(now));
  const askers = new Askers(server);
  const step = async (next: typeof askOfAWorkingDay, rate: number, length = seconds): Promise<Step> => ({
    rate,
    seconds: length,
    answers: await askers.askAtRate(() => next(leads), rate, length),
  });
  await step(askToRead, readRate, Math.min(WARM_UP_SECONDS, seconds));

  say('Reads alone');
  const alone = await step(askToRead, readRate);
  say('Reads beside recalculations');
  const reading = step(askToRead, readRate);
  const recalculations = await askers.askUntil(askToRecalculate, reading);
  const beside = await reading;

  await settle(database);
  usage.length = 0;
  const steps: Step[] = [];
  for (const rate of rates) {
    say(`A working day, ${rate} requests a second`);
    steps.push(await step(askOfAWorkingDay, rate));
    await sleep(REST_MS);
  }
  // Before connections are closed, which is no part of the run.
  const used = [...usage];
  askers.close();
  await server.stop();
  const saved = recalculations.filter(({ code }) => code === null).length;
  return { steps, usage: used, alone, beside, recalculations: saved };
}
