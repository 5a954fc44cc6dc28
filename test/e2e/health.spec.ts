import { isDeepStrictEqual } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import request from 'supertest';
import { ConnectionGate } from '../../src/database/connection-gate.js';
import { Readiness } from '../../src/health/readiness.js';
import { SummaryWorkers } from '../../src/summary-batches/summary-workers.js';
import { startApi, type Api } from '../support/api.js';
import { connect, withConnection, type Connection } from '../support/connection.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { until } from '../support/until.js';

let database: TestDatabase;
let connection: Connection;
let api: Api;
beforeEach(async () => {
  database = await createTestDatabase();
  connection = await connect(database.url);
  api = await startApi({ SUMMARY_WORKERS: '1' }, database.url);
});
afterEach(async () => {
  await api.close();
  await connection.close();
  await database.drop();
});

const get = (path: string) => request(api.app.getHttpServer()).get(path);
const LISTS = { leads: { count: 0, limit: 5000 }, interactions: { count: 0, limit: 50_000 } };
const HEALTHY = { database: 'ok', writes: 'ok', migrations: 'ok', queue: 'ok', summaries: 'ok' };

/** Polls, because the server caches a response for up to a second. */
async function untilReadyIs(expected: object): Promise<void> {
  await until(async () => {
    const { body } = (await get('/health/ready')) as { body: { status: string; checks: object } };
    return isDeepStrictEqual({ status: body.status, checks: body.checks }, expected);
  });
}

/** A response does not wait for long until the lists are counted. */
async function untilListsAreCounted(): Promise<void> {
  await until(async () => {
    const { body } = (await get('/health/ready')) as { body: { lists: object } };
    return isDeepStrictEqual(body.lists, LISTS);
  });
}

describe('GET /health', () => {
  it('returns 200 if every check succeeds', async () => {
    await untilListsAreCounted();
    const ready = await get('/health/ready');
    expect([ready.status, ready.body]).toEqual([200, { status: 'ok', checks: HEALTHY, lists: LISTS }]);
    expect(ready.headers['cache-control']).toBe('no-store');
    const whole = await get('/health');
    expect([whole.status, whole.body]).toEqual([200, { status: 'ok', database: 'ok', summaries: 'ok' }]);
    const live = await get('/health/live');
    expect([live.status, live.body]).toEqual([200, { status: 'ok' }]);
  });

  it('is not ready without the database, stays alive, and recovers by itself', async () => {
    const name = new URL(database.url).pathname.slice(1);
    const elsewhere = new URL(database.url);
    elsewhere.pathname = '/postgres';
    const admit = (isAdmitted: boolean) =>
      withConnection(elsewhere.href, async (admin) => {
        await admin.rows(`ALTER DATABASE ${name} ALLOW_CONNECTIONS ${String(isAdmitted)}`);
        if (!isAdmitted) {
          await admin.rows('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [
            name,
          ]);
        }
      });
    await admit(false);
    await expectDown();
    expect((await get('/health/live')).status).toBe(200);
    await admit(true);
    await untilReadyIs({ status: 'ok', checks: HEALTHY });
    connection = await connect(database.url);
  });

  async function expectDown(): Promise<void> {
    await until(async () => {
      const startedAt = performance.now();
      const { status, body, text } = (await get('/health/ready')) as {
        status: number;
        body: { status: string; checks: Record<string, string> };
        text: string;
      };
      expect(performance.now() - startedAt).toBeLessThan(5_000);
      if (body.checks.database !== 'down') return false;
      expect([status, body.status]).toEqual([503, 'down']);
      // The response exposes no cause.
      expect(text).not.toMatch(/connect|127\.0|postgres|terminat/i);
      return true;
    });
    expect((await get('/health')).status).toBe(503);
  }

  it('is not ready if a migration is pending or the queue is missing', async () => {
    await connection.rows(`DELETE FROM "SequelizeMeta" WHERE name LIKE '0001%'`);
    await untilReadyIs({ status: 'down', checks: { ...HEALTHY, migrations: 'down' } });
    await connection.rows('ALTER SCHEMA summary_queue RENAME TO elsewhere');
    await untilReadyIs({ status: 'down', checks: { ...HEALTHY, migrations: 'down', queue: 'down' } });
    await connection.rows('ALTER SCHEMA elsewhere RENAME TO summary_queue');
    await connection.rows('ALTER TABLE "SequelizeMeta" RENAME TO "Elsewhere"');
    // The database itself is fine.
    await untilReadyIs({ status: 'down', checks: { ...HEALTHY, migrations: 'down', queue: 'down' } });
    expect((await get('/health/ready')).status).toBe(503);
  });

  it('is degraded, but ready, while no worker takes jobs', async () => {
    await api.app.get(SummaryWorkers, { strict: false }).stop();
    await untilReadyIs({ status: 'degraded', checks: { ...HEALTHY, queue: 'degraded' } });
    expect((await get('/health/ready')).status).toBe(200);
  });

  it('answers while all connections of the pool are in use', async () => {
    const { maxCount } = api.app.get(ConnectionGate, { strict: false });
    const taken = await Promise.all(
      Array.from({ length: maxCount }, () => api.sequelize.connectionManager.getConnection({ type: 'read' })),
    );
    try {
      expect((await get('/health/ready')).status).toBe(200);
    } finally {
      for (const held of taken) api.sequelize.connectionManager.releaseConnection(held);
    }
  });

  it('is not ready when the server is about to stop, although it still answers', async () => {
    await untilListsAreCounted();
    api.app.get(Readiness, { strict: false }).beginShutdown();
    const ready = await get('/health/ready');
    expect([ready.status, ready.body]).toEqual([503, { status: 'stopping', checks: HEALTHY, lists: LISTS }]);
    expect((await get('/health/live')).status).toBe(200);
    expect(await api.ask('{ leads { id } }')).toEqual({ leads: [] });
  });
});
