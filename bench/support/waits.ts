import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { connect } from './bench-database.js';
import { settle } from './bench-data.js';
import { type Benchmark, say } from './benchmark.js';
import { recalculate } from './recalculation.js';
import { startServerUnderTest } from './server-under-test.js';

/** The milliseconds that a writer waited for each change of a lead, one list per round. */
export interface Waits {
  readonly alone: readonly (readonly number[])[];
  readonly beside: readonly (readonly number[])[];
  /** The milliseconds of the recalculations during these changes. */
  readonly durations: readonly number[];
}

/** The smallest update that locks the lead. $1: the lead id. */
const CHANGE_LEAD = 'UPDATE leads SET phone = phone WHERE id = $1';

/**
 * Measures how long other writers wait for a lead during a recalculation, and without one for the same time.
 */
export async function measureWaits(benchmark: Benchmark, leads: number): Promise<Waits> {
  const { database, rounds, cleanUp } = benchmark;
  const writer = await connect(database.url);
  const server = await startServerUnderTest(database.url, cleanUp);
  const waits = { alone: [] as number[][], beside: [] as number[][], durations: [] as number[] };
  try {
    for (let round = 0; round < rounds; round += 1) {
      await settle(database);
      const recalculation = recalculate(server, leads);
      waits.beside.push(await changeLeads(writer, leads, recalculation));
      const { milliseconds } = await recalculation;
      waits.durations.push(milliseconds);
      await settle(database);
      waits.alone.push(await changeLeads(writer, leads, sleep(milliseconds)));
      say(`  round ${round + 1} of ${rounds}`);
    }
  } finally {
    await server.stop();
    await writer.end();
  }
  return waits;
}

/** Changes leads until work is done. @returns the milliseconds of each change */
async function changeLeads(writer: pg.Client, leads: number, work: Promise<unknown>): Promise<number[]> {
  let isOver = false;
  const end = () => (isOver = true);
  work.then(end, end);
  const waits: number[] = [];
  while (!isOver) {
    const start = performance.now();
    await writer.query(CHANGE_LEAD, [1 + Math.floor(Math.random() * leads)]);
    waits.push(performance.now() - start);
  }
  await work;
  return waits;
}
