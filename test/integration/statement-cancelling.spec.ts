import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { stopOnAbort } from '../../src/database/statement-canceller.js';
import { type Api, startApi } from '../support/api.js';
import { connect, type Connection, untilWaiting } from '../support/connection.js';
import { insertLead } from '../support/fixtures.js';
import { type HeldConnection, type Network, startNetwork } from '../support/network.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { until } from '../support/until.js';

const LEADS = '{ leads { id } }';

let database: TestDatabase;
let network: Network;
let api: Api;
let watcher: Connection;
let lockHolder: Connection;
let leads: unknown;

beforeAll(async () => {
  // Sequelize warns about connections that are lost.
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  database = await createTestDatabase();
  network = await startNetwork(database.url);
  api = await startApi({ REQUEST_TIMEOUT_MS: '2000' }, network.url);
  watcher = await connect(database.url);
  lockHolder = await connect(database.url);
  leads = { leads: [{ id: String(await insertLead(watcher)) }] };
}, 30_000);

afterAll(async () => {
  await lockHolder.close();
  await watcher.close();
  await api.close();
  await network.cut();
  await database.drop();
});

const lock = async () => {
  await lockHolder.rows('BEGIN');
  await lockHolder.rows('LOCK TABLE leads IN ACCESS EXCLUSIVE MODE');
};
const unlock = () => lockHolder.rows('ROLLBACK');

describe('a cancel request that arrives late', () => {
  it.each([
    ['while the server waits for it', () => Promise.resolve()],
    // The connection that it could still affect is not reused.
    ['after the server stopped waiting', ({ isGivenUp }: HeldConnection) => isGivenUp],
  ])('affects no other statement: %s', async (_, until) => {
    expect(await api.ask(LEADS)).toEqual(leads);
    await lock();
    const held = network.holdNext();
    const late = api.send(LEADS);
    await untilWaiting(watcher);
    await held.hasSent;
    // The statement then completes, but its request has already timed out.
    await unlock();
    await late;
    await until(held);

    await lock();
    const next = api.ask(LEADS);
    await untilWaiting(watcher);
    await held.letGo();
    await unlock();
    expect(await next).toEqual(leads);
  });
});

// Takes five seconds, the time that a cancelled statement has to end. Without this limit, a recalculation behind a pooler
// that drops cancel requests would keep its locks for as long as its statement runs.
it('a transaction that is stopped loses its connection if its cancel request never arrives', async () => {
  const stop = new AbortController();
  const work = api.sequelize.transaction((transaction) =>
    stopOnAbort(transaction, stop.signal, () =>
      api.sequelize.query('SELECT pg_sleep(60)', { transaction }).then(() => undefined),
    ),
  );
  await until(
    async () => (await watcher.rows(`SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep'`)).length > 0,
  );
  network.dropNew();
  stop.abort();
  await expect(work).rejects.toThrow(/terminated|connection/i);
});
