import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Connection, withConnection } from '../support/connection.js';
import { type Network, startNetwork } from '../support/network.js';
import { startServerProgram, type ServerProgram } from '../support/program.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary-directory.js';
import { until } from '../support/until.js';

const LEADS = '{ leads { id } }';
const UNAVAILABLE = { errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE' } }] };
const PING_TIMEOUT_MS = 500;

let directory: TemporaryDirectory;
let database: TestDatabase;
let network: Network;
let server: ServerProgram;

beforeAll(async () => {
  directory = await temporaryDirectory();
  database = await createTestDatabase();
  network = await startNetwork(database.url);
  server = await startServerProgram({
    cwd: directory.path,
    env: { DATABASE_URL: network.url, DATABASE_PING_TIMEOUT_MS: String(PING_TIMEOUT_MS) },
  });
});

afterAll(async () => {
  await server.stop();
  await network.cut();
  await database.drop();
  await directory.remove();
});

const healthStatus = async () => (await fetch(server.url.replace('/graphql', '/health'))).status;

async function askTimed(): Promise<{ answer: unknown; ms: number }> {
  const begin = performance.now();
  const answer = await server.ask(LEADS);
  return { answer, ms: performance.now() - begin };
}

async function untilHealthy(): Promise<void> {
  await until(async () => (await healthStatus()) === 200);
}

describe('a server whose database', () => {
  it('closes only the ping connection rejects no request', async () => {
    // Only after an answered ping: if the repeated ping is lost too, the server considers the database unavailable.
    const pidOfMonitor = async (own: Connection) => {
      const [monitor] = await own.rows<{ pid: number }>(
        `SELECT pid FROM pg_stat_activity
         WHERE datname = current_database() AND application_name LIKE '% watch' AND state = 'idle' AND query LIKE 'SHOW%'`,
      );
      return monitor?.pid;
    };
    await withConnection(database.url, async (own) => {
      for (let time = 0; time < 3; time += 1) {
        const ended = await pidOfMonitor(own);
        await own.rows('SELECT pg_terminate_backend($1)', [ended]);
        await until(async () => {
          expect(await server.ask(LEADS)).toEqual({ data: { leads: [] } });
          const pid = await pidOfMonitor(own);
          return pid !== undefined && pid !== ended;
        });
      }
    });
  });

  it.each([
    ['closes its port and cuts all connections', () => network.cut()],
    [
      'freezes',
      async () => {
        network.freeze();
        // The first request may have to wait for the failure; later ones are rejected at once.
        expect(await server.ask(LEADS)).toMatchObject(UNAVAILABLE);
      },
    ],
  ])('%s returns SERVICE_UNAVAILABLE within a second, and recovers without a restart', async (_, fail) => {
    expect(await server.ask(LEADS)).toEqual({ data: { leads: [] } });
    await fail();
    await until(async () => (await healthStatus()) === 503);
    for (let time = 0; time < 3; time += 1) {
      const { answer, ms } = await askTimed();
      expect(answer).toMatchObject(UNAVAILABLE);
      expect(ms).toBeLessThan(1_000);
    }
    await network.mend();
    await untilHealthy();
    expect(await server.ask(LEADS)).toEqual({ data: { leads: [] } });
    expect(server.process.exitCode).toBeNull();
  });
});
