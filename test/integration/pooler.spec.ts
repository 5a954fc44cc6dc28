import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DedicatedConnections } from '../../src/database/dedicated-connections.js';
import { type Api, startApi } from '../support/api.js';
import { type Network, startNetwork } from '../support/network.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
let pooler: Network;
let api: Api;

beforeAll(async () => {
  database = await createTestDatabase();
  // What stands between is all that the server knows of a pooler.
  pooler = await startNetwork(database.url);
  api = await startApi({ DATABASE_POOLER_URL: pooler.url }, database.url);
}, 60_000);

afterAll(async () => {
  await api.close();
  await pooler.cut();
  await database.drop();
});

describe('a pooler before the database', () => {
  it('passes what requests send, and nothing that needs a session of its own', async () => {
    await api.ask('{ leads { id } }');
    expect(pooler.connectionCount).toBeGreaterThan(0);

    const connections = api.app.get(DedicatedConnections, { strict: false });
    await pooler.cut();
    const client = await connections.open('test');
    await client.query('SELECT 1');
    await client.end();
    expect(await api.codeOf('{ leads { id } }')).toBe('SERVICE_UNAVAILABLE');

    await pooler.mend();
    await api.ask('{ leads { id } }');
  });
});
