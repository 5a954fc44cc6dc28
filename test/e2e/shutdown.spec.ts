import net from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { connect, type Connection, untilWaiting } from '../support/connection.js';
import { insertInteraction, insertLead, readScores } from '../support/fixtures.js';
import { API_KEY, startOpenRouterStandIn } from '../support/openrouter-stand-in.js';
import { pauseBeforeCommit } from '../support/recalculation-pause.js';
import { startServerProgram, type ServerProgram } from '../support/program.js';
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary-directory.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { until } from '../support/until.js';

const LEADS = '{ leads { id } }';

let directory: TemporaryDirectory;
let database: TestDatabase;
let lockHolder: Connection;
let watcher: Connection;

beforeAll(async () => {
  directory = await temporaryDirectory();
  database = await createTestDatabase();
  lockHolder = await connect(database.url);
  watcher = await connect(database.url);
  await insertLead(watcher);
});

afterAll(async () => {
  await lockHolder.close();
  await watcher.close();
  await database.drop();
  await directory.remove();
});

const start = (env: Record<string, string> = {}): Promise<ServerProgram> =>
  startServerProgram({ cwd: directory.path, env: { DATABASE_URL: database.url, ...env } });

async function lock(): Promise<void> {
  await lockHolder.rows('BEGIN');
  await lockHolder.rows('LOCK TABLE leads IN ACCESS EXCLUSIVE MODE');
}

/** How a socket of a subscription is closed. */
async function openSocket(url: string): Promise<Promise<{ code: number; reason: string }>[]> {
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.once('close', (code, reason) => {
      resolve({ code, reason: reason.toString() });
    });
  });
  await new Promise((resolve) => socket.once('open', resolve));
  const acknowledged = new Promise((resolve) => socket.once('message', resolve));
  socket.send(JSON.stringify({ type: 'connection_init' }));
  await acknowledged;
  return [closed];
}

describe('a server that is asked to stop', () => {
  it('answers what is under way, refuses what is new, closes sockets with a reason, and ends with 0', async () => {
    const server = await start();
    const { port } = new URL(server.url);
    const idle = net.connect(Number(port), 'localhost');
    const [closed] = await openSocket(server.url);
    await lock();
    const slow = server.ask(LEADS);
    await untilWaiting(watcher);
    server.process.kill('SIGTERM');
    expect(await closed).toEqual({ code: 1001, reason: 'The server is shutting down' });

    const refused = await fetch(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: LEADS }),
    });
    expect(refused.status).toBe(503);
    expect(refused.headers.get('connection')).toBe('close');
    expect(await refused.json()).toMatchObject({ errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE' } }] });
    expect((await fetch(server.url.replace('/graphql', '/health'))).status).toBe(503);

    await lockHolder.rows('ROLLBACK');
    expect(await slow).toEqual({ data: { leads: [{ id: '1' }] } });
    expect(await server.finished).toMatchObject({ code: 0 });
    idle.destroy();
  });

  it('ends what takes longer than the limit, in PostgreSQL too, and ends with 0 all the same', async () => {
    const server = await start({ SHUTDOWN_TIMEOUT_MS: '300' });
    await lock();
    const slow = server.ask(LEADS);
    await untilWaiting(watcher);
    server.process.kill('SIGTERM');
    expect(await slow).toMatchObject({ errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE' } }] });
    expect(await server.finished).toMatchObject({ code: 0 });
    const waiting = `SELECT pid FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    expect(await watcher.rows(waiting)).toEqual([]);
    await lockHolder.rows('ROLLBACK');
  });

  it('ends at once where it is asked twice', async () => {
    const server = await start();
    await lock();
    const slow = server.ask(LEADS).catch(() => 'cut');
    await untilWaiting(watcher);
    const [closed] = await openSocket(server.url);
    server.process.kill('SIGTERM');
    await closed;
    server.process.kill('SIGTERM');
    expect(await server.finished).toMatchObject({ code: 130 });
    expect(await slow).toBe('cut');
    await lockHolder.rows('ROLLBACK');
  });

  it('has a recalculation roll back, whose record says so', async () => {
    const server = await start();
    const before = await readScores(watcher);
    const pause = await pauseBeforeCommit(lockHolder);
    const answer = server.ask('mutation { recalculateAllScores { count } }');
    await untilWaiting(watcher);
    server.process.kill('SIGTERM');
    expect(await answer).toMatchObject({ errors: [{ extensions: { code: 'RECALCULATION_CANCELLED' } }] });
    expect(await server.finished).toMatchObject({ code: 0 });
    await pause.open();
    await watcher.rows('DROP TRIGGER pause ON leads');
    expect(await readScores(watcher)).toEqual(before);
    expect(
      await watcher.rows('SELECT status, "endedAt" IS NOT NULL AS "hasEnded" FROM rescore_runs'),
    ).toEqual([{ status: 'cancelled', hasEnded: true }]);
  });

  it('puts back the job that it is in the middle of, and the next server does it', async () => {
    const provider = await startOpenRouterStandIn();
    const env = {
      OPENROUTER_API_KEY: API_KEY,
      OPENROUTER_BASE_URL: provider.baseUrl,
      SHUTDOWN_TIMEOUT_MS: '500',
    };
    await insertInteraction(watcher, 1);
    const first = await start(env);
    const asked = new Promise<void>((resolve) => {
      provider.onRequest(() => {
        resolve();
        return Promise.resolve();
      });
    });
    provider.play({ misbehave: 'hang' });
    await first.ask('mutation { regenerateSummaries(onlyStale: false) { id } }');
    await asked;
    expect(await first.stop()).toMatchObject({ code: 0 });
    expect(await watcher.rows('SELECT locked_by FROM summary_queue.jobs')).toEqual([{ locked_by: null }]);

    const second = await start(env);
    const status = 'SELECT status FROM summary_batches';
    await until(async () => (await watcher.rows<{ status: string }>(status))[0]?.status !== 'running');
    expect(await watcher.rows(status)).toEqual([{ status: 'succeeded' }]);
    await second.stop();
    await provider.close();
  });

  it('serves as before for a while in which it says that it is not ready', async () => {
    const server = await start({ SHUTDOWN_DELAY_MS: '3000' });
    server.process.kill('SIGTERM');
    await until(async () => (await fetch(server.url.replace('/graphql', '/health/ready'))).status === 503);
    expect(await server.ask(LEADS)).toEqual({ data: { leads: [{ id: '1' }] } });
    expect(await server.finished).toMatchObject({ code: 0 });
  });
});
