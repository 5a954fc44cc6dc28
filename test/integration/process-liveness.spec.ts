import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DedicatedConnections } from '../../src/database/dedicated-connections.js';
import { isPresent, ProcessLiveness } from '../../src/database/process-liveness.js';
import { connect, type Connection } from '../support/connection.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { until } from '../support/until.js';

let database: TestDatabase;
let other: Connection;
let presence: ProcessLiveness;

beforeEach(async () => {
  database = await createTestDatabase();
  other = await connect(database.url);
  presence = new ProcessLiveness(new DedicatedConnections(database.url));
});
afterEach(async () => {
  await presence.onApplicationShutdown();
  await other.close();
  await database.drop();
});

const isSeen = async (name: string) =>
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
  it('is seen by the names that it goes by, until it lets go of one, or ends', async () => {
    await Promise.all([presence.register('one'), presence.register('two'), presence.register('one')]);
    expect([await isSeen('one'), await isSeen('two'), await isSeen('three')]).toEqual([true, true, false]);
    await presence.unregister('one');
    await presence.unregister('never');
    expect([await isSeen('one'), await isSeen('two')]).toEqual([false, true]);
    await presence.onApplicationShutdown();
    expect(await isSeen('two')).toBe(false);
  });

  it('is seen again after its connection was cut, but for the names that it has let go of', async () => {
    await presence.register('one');
    await presence.register('two');
    await presence.unregister('one');
    await cutConnection();
    await until(async () => (await isSeen('two')) === true);
    expect(await isSeen('one')).toBe(false);
  });
});
