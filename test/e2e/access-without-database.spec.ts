import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { withApiKeyStore } from '../../src/access/api-key-store.js';
import { SocketAccess } from '../../src/access/socket-access.js';
import { type Api, startApi } from '../support/api.js';
import { type Network, startNetwork } from '../support/network.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { until } from '../support/until.js';

let database: TestDatabase;
let network: Network;
let api: Api;
let authorization: string;
let url: string;

beforeAll(async () => {
  database = await createTestDatabase();
  network = await startNetwork(database.url);
  api = await startApi({ AUTH: 'on' }, network.url);
  await api.app.listen(0, '127.0.0.1');
  url = `${await api.app.getUrl()}/graphql`;
  const key = await withApiKeyStore(database.url, (store) => store.create('viewer', 'viewer'));
  authorization = `Bearer ${key}`;
});
afterAll(async () => {
  await network.mend();
  await api.close();
  await network.cut();
  await database.drop();
});

/** Needs no database itself; only verifying the key does. */
const NOTHING = '{ __typename }';
async function statusOf(): Promise<number> {
  const headers = { 'content-type': 'application/json', authorization };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query: NOTHING }) });
  await response.body?.cancel();
  return response.status;
}

async function untilStatus(status: number): Promise<void> {
  await until(async () => (await statusOf()) === status);
}

/** Opens a socket with the key; `closed` resolves with the close code. */
function open() {
  let onClosed: (code: number) => void;
  const closed = new Promise<number>((resolve) => (onClosed = resolve));
  const client = createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: { authorization },
    retryAttempts: 0,
    lazy: false,
    onNonLazyError: () => undefined,
    on: {
      closed: (event) => {
        onClosed((event as { code: number }).code);
      },
    },
  });
  const ask = async () => (await client.iterate({ query: NOTHING }).next()).value as unknown;
  return { closed, ask };
}

const ANSWER = { data: { __typename: 'Query' } };

describe('a server that cannot verify an API key', () => {
  it('answers requests with 503, closes new sockets with 1013 and keeps open sockets until it can', async () => {
    const access = api.app.get(SocketAccess, { strict: false });
    const socket = open();
    expect(await socket.ask()).toEqual(ANSWER);
    await network.cut();
    // A verified key stays cached for some seconds.
    await untilStatus(503);
    await access.closeOutdated();
    expect(await open().closed).toBe(1013);
    expect(await socket.ask()).toEqual(ANSWER);

    await network.mend();
    await untilStatus(200);
    await access.closeOutdated();
    expect(await socket.ask()).toEqual(ANSWER);
    await withApiKeyStore(database.url, (store) => store.revoke('viewer'));
    expect(await socket.closed).toBe(4403);
  });
});
