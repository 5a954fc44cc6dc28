import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { now } from '../../src/common/clock.js';
import { DedicatedConnections } from '../../src/database/dedicated-connections.js';
import { ensureOwnSessions } from '../../src/database/own-sessions.js';
import { ensurePoolerMatches } from '../../src/database/pooler.js';
import { openSession } from '../../src/database/session.js';
import { queryUnlimited } from '../../src/database/session-settings.js';
import { type Api, startApi } from '../support/api.js';
import { withConnection } from '../support/connection.js';
import { type Network, startNetwork } from '../support/network.js';
import { setOddDefaults } from '../support/odd-settings.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { startTransactionPooler, type TransactionPooler } from '../support/transaction-pooler.js';

let database: TestDatabase;
let other: TestDatabase;
let pooler: TransactionPooler;
/** Between the server and the pooler. */
let network: Network;
let api: Api;

beforeAll(async () => {
  [database, other] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  await setOddDefaults(database.url);
  pooler = await startTransactionPooler(database.url);
  network = await startNetwork(pooler.url);
  api = await startApi(
    { DATABASE_POOLER_URL: network.url, RATE_LIMIT_WRITES_PER_MINUTE: '1000' },
    database.url,
  );
}, 60_000);

afterAll(async () => {
  await api.close();
  await network.cut();
  await pooler.close();
  await Promise.all([database.drop(), other.drop()]);
});

describe('a pooler in front of the database', () => {
  it('carries the statements of requests, and nothing that needs its own session', async () => {
    await api.ask('{ leads { id } }');
    expect(network.connectionCount).toBeGreaterThan(0);

    const connections = api.app.get(DedicatedConnections, { strict: false });
    await network.cut();
    const client = await connections.open('test');
    await client.query('SELECT 1');
    await client.end();
    expect(await api.codeOf('{ leads { id } }')).toBe('SERVICE_UNAVAILABLE');

    await network.mend();
    await api.ask('{ leads { id } }');
  });

  it('serves requests regardless of the defaults of the database', async () => {
    const { createLead } = await api.ask<{ createLead: { id: string; createdAt: string } }>(
      `mutation { createLead(createLeadInput: { firstName: "Zoë", lastName: "Ł", email: "zoe@example.com", budget: 1234.56 }) { id createdAt } }`,
    );
    expect(Math.abs(Date.parse(createLead.createdAt) - now().getTime())).toBeLessThan(60_000);
    const interaction = `mutation { createInteraction(createInteractionInput: {
      leadId: ${createLead.id}, type: EMAIL, date: "2026-02-03T10:00:00.123Z" }) { date } }`;
    const answers = await Promise.all(Array.from({ length: 20 }, () => api.send(interaction)));
    const expected = { data: { createInteraction: { date: '2026-02-03T10:00:00.123Z' } } };
    expect(answers).toEqual(answers.map(() => expected));
    const { lead } = await api.ask<{ lead: unknown }>(
      `{ lead(id: ${createLead.id}) { firstName lastName budget } }`,
    );
    expect(lead).toEqual({ firstName: 'Zoë', lastName: 'Ł', budget: 1234.56 });
  });

  it('is rejected as soon as it leads to another database', async () => {
    await pooler.redirect(other.url);
    await network.cut();
    await network.mend();
    expect(await api.codeOf('mutation { removeLead(id: 1) }')).toBe('SERVICE_UNAVAILABLE');
    await pooler.redirect(database.url);
    await api.ask('{ leads { id } }');
  });

  it('is checked by statements without the timeouts of the database', async () => {
    const { pathname } = new URL(database.url);
    await withConnection(database.url, (own) =>
      own.rows(`ALTER DATABASE ${pathname.slice(1)} SET statement_timeout = '100ms'`),
    );
    const session = await openSession({
      url: database.url,
      purpose: 'test',
      connectTimeoutMs: 10_000,
      isPooled: true,
    });
    try {
      await expect(session.query('SELECT pg_sleep(0.3)')).rejects.toMatchObject({ code: '57014' });
      expect(await queryUnlimited(session, 'SELECT 1 AS one FROM pg_sleep(0.3)')).toEqual([{ one: 1 }]);
    } finally {
      await session.end();
      await withConnection(database.url, (own) =>
        own.rows(`ALTER DATABASE ${pathname.slice(1)} RESET statement_timeout`),
      );
    }
  });

  it('is rejected at startup if it leads to another database', async () => {
    await expect(ensurePoolerMatches(database.url, network.url)).resolves.toBeUndefined();
    await expect(ensurePoolerMatches(database.url, other.url)).rejects.toThrow(
      'DATABASE_POOLER_URL leads to another database of the same server than DATABASE_URL',
    );
  });
});

describe('a pooler in place of the database', () => {
  it('is rejected at startup in transaction mode, regardless of its number of connections', async () => {
    await expect(ensureOwnSessions(pooler.url)).rejects.toThrow(/Set DATABASE_POOLER_URL to this address/);
    const narrow = await startTransactionPooler(database.url, 1);
    await expect(ensureOwnSessions(narrow.url)).rejects.toThrow(/Set DATABASE_POOLER_URL to this address/);
    await narrow.close();
  });

  it('is accepted if it keeps sessions', async () => {
    const proxy = await startNetwork(database.url);
    await ensureOwnSessions(proxy.url);
    await ensureOwnSessions(database.url);
    await proxy.cut();
  });
});
