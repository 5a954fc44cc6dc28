import { afterEach, describe, expect, it } from 'vitest';
import { ConnectionGate } from '../../src/database/connection-gate.js';
import { type Api, startApi } from '../support/api.js';
import { connect, type Connection, withConnection } from '../support/connection.js';
import { insertLead } from '../support/fixtures.js';
import { until } from '../support/until.js';

const POOL_SIZE = 6;
/** A third of the pool is reserved for reads. */
const WRITERS = 4;
const READ = '{ leadStats { totalCount } }';
const update = (id: number) =>
  `mutation { updateLead(updateLeadInput: { id: ${id}, company: "Another" }) { company } }`;

let api: Api;
let connection: Connection;
let id: number;
async function start(settings: Record<string, string>): Promise<void> {
  api = await startApi({ DATABASE_POOL_SIZE: String(POOL_SIZE), ...settings });
  connection = await connect(api.databaseUrl);
  id = await insertLead(connection);
}
afterEach(async () => {
  await connection.close();
  await api.close();
});

/** The number of pool sessions that wait for a lock. */
async function waitingForLock(): Promise<number> {
  const [row] = await connection.rows<{ count: number }>(
    `SELECT count(*)::int AS count FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'lead-scoring api' AND wait_event_type = 'Lock'`,
  );
  return row?.count ?? 0;
}

/** Locks the lead while work runs. */
const withLockedLead = (work: () => Promise<void>) =>
  withConnection(api.databaseUrl, async (lockHolder) => {
    await lockHolder.rows('BEGIN');
    await lockHolder.rows(`SELECT FROM leads WHERE id = ${id} FOR UPDATE`);
    await work();
    await lockHolder.rows('COMMIT');
  });

/** Expects that writers can still use every connection they may have: none has leaked. */
async function expectNoLeak(): Promise<void> {
  let codes: Promise<unknown[]> = Promise.resolve([]);
  await withLockedLead(async () => {
    codes = Promise.all(Array.from({ length: WRITERS }, () => api.codeOf(update(id))));
    await until(async () => (await waitingForLock()) >= WRITERS);
  });
  await codes;
}

describe('the connection pool', () => {
  it('serves reads while writers wait for each other, and completes all writes', async () => {
    await start({ DATABASE_ACQUIRE_TIMEOUT_MS: '30000' });
    let writing: Promise<unknown[]> = Promise.resolve([]);
    await withLockedLead(async () => {
      writing = Promise.all(Array.from({ length: 3 * POOL_SIZE }, () => api.ask(update(id))));
      await until(async () => (await waitingForLock()) >= WRITERS);
      const answers = await Promise.all(Array.from({ length: 20 }, () => api.ask(READ)));
      expect(answers).toEqual(answers.map(() => ({ leadStats: { totalCount: 1 } })));
      expect(await waitingForLock()).toBe(WRITERS);
      expect(api.app.get(ConnectionGate, { strict: false }).waitingCount).toBe(3 * POOL_SIZE - WRITERS);
    });
    expect(await writing).toEqual(
      Array.from({ length: 3 * POOL_SIZE }, () => ({ updateLead: { company: 'Another' } })),
    );
  });

  it.each([
    ['the acquire timeout', { DATABASE_ACQUIRE_TIMEOUT_MS: '800', REQUEST_TIMEOUT_MS: '1600' }],
    ['the request timeout', { DATABASE_ACQUIRE_TIMEOUT_MS: '20000', REQUEST_TIMEOUT_MS: '900' }],
  ])('loses no connection if writers reach %s', async (_, settings) => {
    await start(settings);
    const isAcquireTimeoutFirst =
      Number(settings.DATABASE_ACQUIRE_TIMEOUT_MS) < Number(settings.REQUEST_TIMEOUT_MS);
    for (let round = 0; round < 3; round += 1) {
      await withLockedLead(async () => {
        const codes = await Promise.all(Array.from({ length: POOL_SIZE }, () => api.codeOf(update(id))));
        const timedOut = codes.filter((code) => code === 'REQUEST_TIMED_OUT');
        expect(timedOut).toHaveLength(isAcquireTimeoutFirst ? WRITERS : POOL_SIZE);
        expect(codes.filter((code) => code === 'SERVICE_UNAVAILABLE')).toHaveLength(
          POOL_SIZE - timedOut.length,
        );
      });
    }
    await expectNoLeak();
  });

  it('loses no connection if a transaction cannot acquire one', async () => {
    await start({ DATABASE_ACQUIRE_TIMEOUT_MS: '800' });
    const { connectionManager } = api.sequelize;
    const reading = await Promise.all(
      Array.from({ length: POOL_SIZE }, () => connectionManager.getConnection({ type: 'read' })),
    );
    const codes = await Promise.all(Array.from({ length: WRITERS }, () => api.codeOf(update(id))));
    expect(codes).toEqual(codes.map(() => 'SERVICE_UNAVAILABLE'));
    for (const acquired of reading) connectionManager.releaseConnection(acquired);
    await expectNoLeak();
  });
});
