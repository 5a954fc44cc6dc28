import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DedicatedConnections } from '../../src/database/dedicated-connections.js';
import {
  LateAnswerError,
  PersistentConnection,
  type PersistentConnectionOptions,
} from '../../src/database/persistent-connection.js';
import { connect, type Connection } from '../support/connection.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { until } from '../support/until.js';

const LIMIT_MS = 300;
const READ_PID = 'SELECT pg_backend_pid() AS pid';

let database: TestDatabase;
let other: Connection;
let connection: PersistentConnection;
/** Unique for each test, because PostgreSQL notices late that a session was cut. */
let purpose = '';

beforeAll(async () => {
  database = await createTestDatabase();
  other = await connect(database.url);
});
beforeEach(() => {
  purpose = `test ${randomUUID()}`;
});
afterEach(() => connection.close());
afterAll(async () => {
  await other.close();
  await database.drop();
});

const open = () => new DedicatedConnections(database.url).open(purpose);

function persistent(options: Partial<PersistentConnectionOptions> = {}): PersistentConnection {
  connection = new PersistentConnection({ open, ...options });
  return connection;
}

const pidOf = async () => (await connection.rows<{ pid: number }>(READ_PID))[0]?.pid;

const readSessions = async () =>
  (
    await other.rows<{ pid: number }>('SELECT pid FROM pg_stat_activity WHERE application_name = $1', [
      `lead-scoring ${purpose}`,
    ])
  ).map(({ pid }) => pid);

describe('a persistent connection', () => {
  it('uses one session, and keeps it if PostgreSQL rejects a statement', async () => {
    persistent();
    const pid = await pidOf();
    await expect(connection.rows('SELECT nothing')).rejects.toMatchObject({ code: '42703' });
    expect(await pidOf()).toBe(pid);
  });

  it('limits the time of a statement, but not of connecting in a busy process', async () => {
    const stuck = new PersistentConnection({ open, limitMs: LIMIT_MS });
    persistent({
      limitMs: LIMIT_MS,
      open: async () => {
        const client = await open();
        // The same limit passes for a statement that begins after the one below.
        await expect(stuck.rows('SELECT pg_sleep(60)')).rejects.toBeInstanceOf(LateAnswerError);
        return client;
      },
    });
    expect(await pidOf()).toEqual(expect.any(Number));
    await stuck.close();
  });

  it('aborts a statement without a response, and then uses a new session', async () => {
    persistent({ limitMs: LIMIT_MS });
    const pid = await pidOf();
    await expect(connection.rows('SELECT pg_sleep(60)')).rejects.toBeInstanceOf(LateAnswerError);
    expect(await pidOf()).not.toBe(pid);
  });

  it('reopens and prepares a lost session without waiting for a statement', async () => {
    let lostCount = 0;
    let preparedCount = 0;
    persistent({
      staysOpen: true,
      prepare: () => Promise.resolve((preparedCount += 1)),
      onLost: () => (lostCount += 1),
    });
    const pid = await pidOf();
    await other.rows('SELECT pg_terminate_backend($1)', [pid]);
    await until(async () => (await readSessions()).some((open) => open !== pid));
    await connection.open();
    expect([lostCount, preparedCount]).toEqual([1, 2]);
  });

  it('aborts the running and the waiting statements if it is reset', async () => {
    persistent();
    const pid = await pidOf();
    const statements = Promise.allSettled([connection.rows('SELECT pg_sleep(60)'), pidOf(), pidOf()]);
    await until(
      async () =>
        (await other.rows(`SELECT FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'PgSleep'`, [pid]))
          .length > 0,
    );
    connection.reset();
    expect((await statements).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(await pidOf()).not.toBe(pid);
  });

  it('opens no session after it is closed', async () => {
    persistent({ staysOpen: true });
    await pidOf();
    await connection.close();
    await until(async () => (await readSessions()).length === 0);
    await expect(connection.rows(READ_PID)).rejects.toThrow('The connection is closed.');
  });
});
