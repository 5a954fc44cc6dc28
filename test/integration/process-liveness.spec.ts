import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DedicatedConnections } from '../../src/database/dedicated-connections.js';
import { isPresent, ProcessLiveness } from '../../src/database/process-liveness.js';
import { connect, type Connection } from '../support/connection.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { until } from '../support/until.js';

let database: TestDatabase;
let other: Connection;
let liveness: ProcessLiveness;

beforeEach(async () => {
  database = await createTestDatabase();
  other = await connect(database.url);
  liveness = new ProcessLiveness(new DedicatedConnections(database.url));
});
afterEach(async () => {
  await liveness.onApplicationShutdown();
  await other.close();
  await database.drop();
});

const isAlive = async (name: string) =>
  (await other.rows<{ is: boolean }>(`SELECT ${isPresent('$1::text')} AS is`, [name]))[0]?.is;

async function cutConnection(): Promise<void> {
  const [cut] = await other.rows<{ pid: number }>(
    `SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'lead-scoring process presence'`,
  );
  await until(
    async () => (await other.rows('SELECT FROM pg_stat_activity WHERE pid = $1', [cut?.pid])).length === 0,
  );
}

describe('a process', () => {
  it('is alive under its names until it unregisters them or ends', async () => {
    await Promise.all([liveness.register('one'), liveness.register('two'), liveness.register('one')]);
    expect([await isAlive('one'), await isAlive('two'), await isAlive('three')]).toEqual([true, true, false]);
    await liveness.unregister('one');
    await liveness.unregister('never');
    expect([await isAlive('one'), await isAlive('two')]).toEqual([false, true]);
    await liveness.onApplicationShutdown();
    expect(await isAlive('two')).toBe(false);
  });

  it('is alive again after its connection was cut, except under unregistered names', async () => {
    await liveness.register('one');
    await liveness.register('two');
    await liveness.unregister('one');
    await cutConnection();
    await until(async () => (await isAlive('two')) === true);
    expect(await isAlive('one')).toBe(false);
  });
});
