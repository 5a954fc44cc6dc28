import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServerProgram, type ServerProgram } from '../support/program.js';
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary-directory.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const ERRORS = path.resolve(import.meta.dirname, '..', 'support', 'process-errors.mjs');
const LEADS = '{ leads { id } }';
const NO_LEADS = { data: { leads: [] } };

let directory: TemporaryDirectory;
let database: TestDatabase;

beforeAll(async () => {
  directory = await temporaryDirectory();
  database = await createTestDatabase();
});
afterAll(async () => {
  await database.drop();
  await directory.remove();
});

async function startWith(error: string): Promise<ServerProgram> {
  const env = { DATABASE_URL: database.url, TEST_ERROR: error, NODE_OPTIONS: `--import=${ERRORS}` };
  const server = await startServerProgram({ cwd: directory.path, env });
  expect(await server.ask(LEADS)).toEqual(NO_LEADS);
  return server;
}

describe('a server', () => {
  it('logs an unhandled rejection and continues', async () => {
    const server = await startWith('rejection');
    server.process.kill('SIGUSR2');
    await server.untilPrinted(/Unhandled rejection #1 since start.*not handled/s);
    expect(await server.ask(LEADS)).toEqual(NO_LEADS);
    expect(await server.stop()).toMatchObject({ code: 0 });
  });

  it('logs an uncaught exception and exits with code 1', async () => {
    const server = await startWith('exception');
    server.process.kill('SIGUSR2');
    expect(await server.finished).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/Uncaught exception.*not caught/s) as unknown,
    });
  });

  it.concurrent.each(['tomorrow', 'yesterday'])(
    'answers without a busy loop if the clock jumps to %s',
    async (day) => {
      const server = await startWith(day);
      const processorSeconds = async () => {
        const text = await (await fetch(server.url.replace('/graphql', '/metrics'))).text();
        return Number(/^process_cpu_seconds_total (\S+)/m.exec(text)?.[1]);
      };
      await processorSeconds();
      server.process.kill('SIGUSR2');
      const before = await processorSeconds();
      // A busy loop shows only over time.
      await sleep(2_000);
      expect((await processorSeconds()) - before).toBeLessThan(1);
      // On a busy machine, a busy loop may get little time of the processors.
      server.process.kill('SIGUSR2');
      const [, busyPercent] = await server.untilPrinted(/The event loop was busy for (\d+) %/);
      expect(Number(busyPercent)).toBeLessThan(50);
      expect(await server.ask(LEADS)).toEqual(NO_LEADS);
      expect((await fetch(server.url.replace('/graphql', '/health/ready'))).status).toBe(200);
      expect(await server.stop()).toMatchObject({ code: 0 });
    },
  );
});
