import { now } from '../../src/common/clock.js';
import { settle } from './bench-data.js';
import { type Benchmark, say } from './benchmark.js';
import { ask, SERVER, startServerProcess } from './server-under-test.js';

/** The number of concurrent requests. */
export const AT_ONCE = 10;
const TURN_MS = 2_000;

/**
 * Measures the interactions that `createInteraction` saves a second. The first turn is not counted. @returns
 * one number per round
 */
export async function measureInserts(
  { database, rounds, cleanUp }: Benchmark,
  leads: number,
): Promise<number[]> {
  const server = await startServerProcess(SERVER, database.url, cleanUp);
  const throughputs: number[] = [];
  try {
    for (let round = 0; round <= rounds; round += 1) {
      await settle(database);
      const end = performance.now() + TURN_MS;
      let count = 0;
      const insert = async () => {
        while (performance.now() < end) {
          const leadId = 1 + Math.floor(Math.random() * leads);
          await ask(server, MUTATION, { leadId, date: now().toISOString() });
          count += 1;
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, insert));
      if (round > 0) throughputs.push(count / (TURN_MS / 1000));
      say(`  round ${round} of ${rounds}: ${count / (TURN_MS / 1000)} a second`);
    }
  } finally {
    await server.stop();
  }
  return throughputs;
}

const MUTATION = `mutation ($leadId: Int!, $date: DateTime!) {
  createInteraction(createInteractionInput: { leadId: $leadId, type: CALL, date: $date, notes: "Asked about prices." }) { id }
}`;
