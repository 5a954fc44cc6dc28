import net, { type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startServerProgram, type ServerProgram } from '../support/program.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary-directory.js';

/** Between server and database; it can be closed, cut and frozen as a network can. */
interface Network {
  readonly url: string;
  /** Refuses connections and cuts those there are. */
  cut(): Promise<void>;
  /** Passes nothing on, and says nothing. */
  freeze(): void;
  mend(): Promise<void>;
}

async function startNetwork(databaseUrl: string): Promise<Network> {
  const target = new URL(databaseUrl);
  const sockets = new Set<net.Socket>();
  let isFrozen = false;
  const proxy = net.createServer((near) => {
    const far = net.connect({ host: target.hostname, port: Number(target.port) });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (chunk) => {
        if (!isFrozen) to.write(chunk);
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        sockets.delete(from);
        if (!isFrozen) to.destroy();
      });
    }
  });
  const listen = (port: number) => new Promise<void>((resolve) => proxy.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = proxy.address() as AddressInfo;
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  const destroyAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    cut: async () => {
      const closed = new Promise((resolve) => proxy.close(resolve));
      destroyAll();
      await closed;
    },
    freeze: () => {
      isFrozen = true;
    },
    mend: async () => {
      if (isFrozen) destroyAll();
      isFrozen = false;
      if (!proxy.listening) await listen(port);
    },
  };
}

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

async function untilWell(): Promise<void> {
  while ((await healthStatus()) !== 200) await new Promise((resolve) => setTimeout(resolve, 50));
}

describe('a server whose database', () => {
  it.each([
    ['closes its port and cuts all connections', () => network.cut()],
    [
      'freezes',
      async () => {
        network.freeze();
        // The first may find out; those after are refused at once.
        expect(await server.ask(LEADS)).toMatchObject(UNAVAILABLE);
      },
    ],
  ])('%s says so within a second, is not ready, and is well again without a restart', async (_, fail) => {
    expect(await server.ask(LEADS)).toEqual({ data: { leads: [] } });
    await fail();
    while ((await healthStatus()) !== 503);
    for (let time = 0; time < 3; time += 1) {
      const { answer, ms } = await askTimed();
      expect(answer).toMatchObject(UNAVAILABLE);
      expect(ms).toBeLessThan(1_000);
    }
    await network.mend();
    await untilWell();
    expect(await server.ask(LEADS)).toEqual({ data: { leads: [] } });
    expect(server.process.exitCode).toBeNull();
  });
});
