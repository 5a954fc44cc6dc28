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
let observer: Connection;

beforeAll(async () => {
  directory = await temporaryDirectory();
  database = await createTestDatabase();
  lockHolder = await connect(database.url);
  observer = await connect(database.url);
  await insertLead(observer);
});

afterAll(async () => {
  await lockHolder.close();
  await observer.close();
  await database.drop();
  await directory.remove();
});

const start = (env: Record<string, string> = {}): Promise<ServerProgram> =>
  startServerProgram({ cwd: directory.path, env: { DATABASE_URL: database.url, ...env } });

async function lock(): Promise<void> {
  await lockHolder.rows('BEGIN');
  await lockHolder.rows('LOCK TABLE leads IN ACCESS EXCLUSIVE MODE');
}

/** Opens a socket. @returns a promise of how it closes, in an array so that `await` does not wait for it */
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

describe('a server that receives SIGTERM', () => {
  it('answers open requests, rejects new ones, closes sockets with a reason, and exits with 0', async () => {
    const server = await start();
    const { port } = new URL(server.url);
    const idle = net.connect(Number(port), 'localhost');
    const [closed] = await openSocket(server.url);
    await lock();
    const slow = server.ask(LEADS);
    await untilWaiting(observer);
    server.process.kill('SIGTERM');
    expect(await closed).toEqual({ code: 1001, reason: 'The server is shutting down' });

    const rejected = await fetch(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: LEADS }),
    });
    expect(rejected.status).toBe(503);
    expect(rejected.headers.get('connection')).toBe('close');
    expect(await rejected.json()).toMatchObject({
      errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE' } }],
    });
    expect((await fetch(server.url.replace('/graphql', '/health'))).status).toBe(503);

    await lockHolder.rows('ROLLBACK');
    expect(await slow).toEqual({ data: { leads: [{ id: '1' }] } });
    expect(await server.finished).toMatchObject({ code: 0 });
    idle.destroy();
  });

  it('cancels requests after the timeout, in PostgreSQL too, and exits with 0', async () => {
    const server = await start({ SHUTDOWN_TIMEOUT_MS: '300' });
    await lock();
    const slow = server.ask(LEADS);
    await untilWaiting(observer);
    server.process.kill('SIGTERM');
    expect(await slow).toMatchObject({ errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE' } }] });
    expect(await server.finished).toMatchObject({ code: 0 });
    const waiting = `SELECT pid FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    expect(await observer.rows(waiting)).toEqual([]);
    await lockHolder.rows('ROLLBACK');
  });

  it('exits at once after a second signal', async () => {
    const server = await start();
    await lock();
    const slow = server.ask(LEADS).catch(() => 'cut');
    await untilWaiting(observer);
    const [closed] = await openSocket(server.url);
    server.process.kill('SIGTERM');
    await closed;
    server.process.kill('SIGTERM');
    expect(await server.finished).toMatchObject({ code: 130 });
    expect(await slow).toBe('cut');
    await lockHolder.rows('ROLLBACK');
  });

  it('rolls back a recalculation and marks its record as cancelled', async () => {
    const server = await start();
    const before = await readScores(observer);
    const pause = await pauseBeforeCommit(lockHolder);
    const answer = server.ask('mutation { recalculateAllScores { count } }');
    await untilWaiting(observer);
    server.process.kill('SIGTERM');
    expect(await answer).toMatchObject({ errors: [{ extensions: { code: 'RECALCULATION_CANCELLED' } }] });
    expect(await server.finished).toMatchObject({ code: 0 });
    await pause.open();
    await observer.rows('DROP TRIGGER pause ON leads');
    expect(await readScores(observer)).toEqual(before);
    expect(
      await observer.rows('SELECT status, "endedAt" IS NOT NULL AS "hasEnded" FROM rescore_runs'),
    ).toEqual([{ status: 'cancelled', hasEnded: true }]);
  });

  it('returns an unfinished job to the queue, and the next server completes it', async () => {
    const provider = await startOpenRouterStandIn();
    const env = {
      OPENROUTER_API_KEY: API_KEY,
      OPENROUTER_BASE_URL: provider.baseUrl,
      SHUTDOWN_TIMEOUT_MS: '500',
    };
    await insertInteraction(observer, 1);
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
    const begunAt = performance.now();
    expect(await first.stop()).toMatchObject({ code: 0 });
    // Without the setting, the summary would have five seconds to finish.
    expect(performance.now() - begunAt).toBeLessThan(5_000);
    expect(await observer.rows('SELECT locked_by FROM summary_queue.jobs')).toEqual([{ locked_by: null }]);

    const second = await start(env);
    const status = 'SELECT status FROM summary_batches';
    await until(async () => (await observer.rows<{ status: string }>(status))[0]?.status !== 'running');
    expect(await observer.rows(status)).toEqual([{ status: 'succeeded' }]);
    await second.stop();
    await provider.close();
  });

  it('answers requests during SHUTDOWN_DELAY_MS, although it is not ready', async () => {
    const server = await start({ SHUTDOWN_DELAY_MS: '3000' });
    server.process.kill('SIGTERM');
    await until(async () => (await fetch(server.url.replace('/graphql', '/health/ready'))).status === 503);
    expect(await server.ask(LEADS)).toEqual({ data: { leads: [{ id: '1' }] } });
    expect(await server.finished).toMatchObject({ code: 0 });
  });
});
