import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect as connectTcp, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type CloseReason, connectionClosed } from '../../src/http/connections.js';
import { createLog } from '../../src/logging/log.js';
import { NestLog } from '../../src/logging/nest-log.js';
import { createApiKey } from '../support/api-key.js';
import { type Api, startApi } from '../support/api.js';
import { connect } from '../support/connection.js';
import { answersTo, connectSocket, type SocketAnswer } from '../support/websocket.js';
import { until } from '../support/until.js';

const WATCH = 'subscription { recalculationProgress { id } }';
const HOST = 'Host: localhost\r\n';
const HANDSHAKE =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n';
const H2C = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n';

let api: Api;
let url: string;
let credentials: { readonly authorization: string };

beforeAll(async () => {
  api = await startApi({
    AUTH: 'on',
    TRUST_PROXY: '1',
    RESPONSE_WRITE_TIMEOUT_MS: '1000',
    WEBSOCKET_MAX_PER_CALLER: '3',
    WEBSOCKET_MAX_OPERATIONS: '4',
    WEBSOCKET_MAX_OPERATIONS_PER_CALLER: '6',
  });
  credentials = { authorization: `Bearer ${await createApiKey(api.databaseUrl)}` };
  await api.app.listen(0, '127.0.0.1');
  url = `${await api.app.getUrl()}/graphql`;
});
afterAll(() => api.close());

const open = (): Socket => connectTcp(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined);

/** @returns everything that the server sends until it closes the connection */
async function exchange(bytes: string): Promise<string> {
  const socket = open();
  let answer = '';
  socket.on('data', (data) => (answer += data.toString()));
  socket.write(bytes);
  await once(socket, 'close');
  return answer;
}

const statusOf = (answer: string): string => /^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? answer;

function post(query: string, headers: string): string {
  const body = JSON.stringify({ query });
  return (
    `POST /graphql HTTP/1.1\r\nContent-Type: application/json\r\nAuthorization: ${credentials.authorization}\r\n` +
    `Content-Length: ${body.length}\r\n${headers}\r\n${body}`
  );
}

/** The number of connections that are open at the server. */
const openCount = () =>
  new Promise<number>((resolve, reject) => {
    api.app.getHttpServer().getConnections((error: Error | null, count: number) => {
      if (error === null) resolve(count);
      else reject(error);
    });
  });

async function untilNoneIsOpen(): Promise<void> {
  await until(async () => (await openCount()) === 0);
}

describe('an upgrade request', () => {
  it.each([
    ['h2c, in a GET', `GET /health/live HTTP/1.1\r\n${HOST}${H2C}\r\n`, '200'],
    [
      'TLS, in a GET',
      `GET /health/live HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: TLS/1.2\r\n\r\n`,
      '200',
    ],
    ['WebSocket, on another path', `GET /other HTTP/1.1\r\n${HOST}${HANDSHAKE}\r\n`, '404'],
    ['WebSocket, on a path with the same prefix', `GET /graphqlx HTTP/1.1\r\n${HOST}${HANDSHAKE}\r\n`, '404'],
    ['WebSocket, on /health/live', `GET /health/live HTTP/1.1\r\n${HOST}${HANDSHAKE}\r\n`, '200'],
    [
      'WebSocket, without a key',
      `GET /graphql HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
      '400',
    ],
    [
      'WebSocket, in another version',
      `GET /graphql HTTP/1.1\r\n${HOST}${HANDSHAKE.replace('13', '9')}\r\n`,
      '400',
    ],
    ['WebSocket, with two hosts', `GET /graphql HTTP/1.1\r\n${HOST}Host: other\r\n${HANDSHAKE}\r\n`, '400'],
    ['WebSocket, with a malformed host', `GET /graphql HTTP/1.1\r\nHost: a b\r\n${HANDSHAKE}\r\n`, '400'],
    [
      'h2c, before another request',
      `GET /health/live HTTP/1.1\r\n${HOST}${H2C}\r\nGET /x HTTP/1.1\r\n\r\n`,
      '200',
    ],
  ])('for %s is answered over HTTP/1.1, and the connection closes', async (_, bytes, status) => {
    const answer = await exchange(bytes);
    expect(statusOf(answer)).toBe(status);
    expect(answer).toMatch(/^connection: close\r$/im);
    if (status !== '200') expect(answer).toContain('"code":"BAD_REQUEST"');
  });

  it.each([
    ['h2c', H2C],
    ['WebSocket', HANDSHAKE],
  ])('for %s in a POST is ignored, and the body is read', async (_, offer) => {
    expect(await exchange(post('{ __typename }', HOST + offer))).toContain('{"data":{"__typename":"Query"}}');
  });

  it.each(['/other', '/', '/graphql', '/graphql/', '*', 'http://localhost/graphql'])(
    'for %s does no harm if a reset follows',
    async (path) => {
      for (const offer of [HANDSHAKE, H2C, 'Connection: Upgrade\r\nUpgrade: websocket\r\n']) {
        const socket = open();
        socket.write(`GET ${path} HTTP/1.1\r\n${HOST}${offer}\r\n`);
        await once(socket, 'data');
        socket.resetAndDestroy();
      }
      await untilNoneIsOpen();
      expect(statusOf(await exchange('GET /health/live HTTP/1.0\r\n\r\n'))).toBe('200');
    },
  );
});

describe('a request', () => {
  const FORWARDED = `${HOST}X-Forwarded-For: 192.0.2.1\r\n`;
  it.each([
    ['Host', ''],
    ['Host', 'Host: \r\n'],
    ['Host', 'Host: a b\r\n'],
    ['Host', 'Host: [::1\r\n'],
    ['Host', 'Host: localhost:abc\r\n'],
    ['Host', 'Host: localhost:99999\r\n'],
    ['Host', 'Host: user@localhost\r\n'],
    ['Host', 'Host: localhost/x\r\n'],
    ['Host', 'Host: localhost\r\nHost: localhost\r\n'],
    ['X-Forwarded-Host', `${FORWARDED}X-Forwarded-Host: a b\r\n`],
    ['X-Forwarded-Host', `${FORWARDED}X-Forwarded-Host: [\r\n`],
    ['X-Forwarded-Host', `${FORWARDED}X-Forwarded-Host: localhost, \r\n`],
    ['X-Forwarded-Proto', `${FORWARDED}X-Forwarded-Proto: ht tp\r\n`],
    ['X-Forwarded-Proto', `${FORWARDED}X-Forwarded-Proto: file\r\n`],
  ])('with an invalid %s header is rejected (%j)', async (header, headers) => {
    const answer = await exchange(post('{ __typename }', `${headers}Connection: close\r\n`));
    expect(statusOf(answer)).toBe('400');
    expect(answer).toContain('"code":"BAD_REQUEST"');
    expect(answer).toContain(header);
    const old = post('{ __typename }', headers).replace('HTTP/1.1', 'HTTP/1.0');
    expect(statusOf(await exchange(old))).toBe('400');
  });

  it('from a trusted proxy is accepted with its forwarded host', async () => {
    const headers = `${FORWARDED}X-Forwarded-Host: crm.example.com:8443\r\nX-Forwarded-Proto: https\r\n`;
    expect(statusOf(await exchange(post('{ __typename }', `${headers}Connection: close\r\n`)))).toBe('200');
  });

  it('for a health check over HTTP/1.0 needs no Host header', async () => {
    expect(statusOf(await exchange('GET /health/live HTTP/1.0\r\n\r\n'))).toBe('200');
  });
});

describe('a client that does not read', () => {
  const LARGE = '{ leads { summary } }';
  beforeAll(async () => {
    const database = await connect(api.databaseUrl);
    // More than fits into the kernel buffers of a loopback connection.
    await database.rows(
      `INSERT INTO leads ("firstName", "lastName", email, status, summary, "createdAt", "updatedAt")
       SELECT 'First', 'Last', n || '@example.com', 'new', repeat('x', 300000), now(), now()
       FROM generate_series(1, 50) n`,
    );
    await database.close();
  });

  const reasons: CloseReason[] = [];
  let unsubscribe: () => void;
  beforeAll(() => {
    unsubscribe = connectionClosed.subscribe(({ reason }) => reasons.push(reason));
  });
  afterEach(() => {
    reasons.splice(0);
  });
  afterAll(() => {
    unsubscribe();
  });
  /** The server's end of the next connection. */
  const nextConnection = async (): Promise<Socket> =>
    ((await once(api.app.getHttpServer(), 'connection')) as [Socket])[0];
  const untilClosed = async (connection: Socket): Promise<void> => {
    if (!connection.closed) await once(connection, 'close');
  };

  it('is disconnected over HTTP', async () => {
    const accepted = nextConnection();
    const socket = open();
    socket.write(post(LARGE, HOST));
    await untilClosed(await accepted);
    expect(reasons).toEqual(['unread']);
    socket.destroy();
  });

  it('is disconnected over WebSocket, and the server stops reading from it', async () => {
    const accepted = nextConnection();
    const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
    await once(socket, 'open');
    socket.on('error', () => undefined);
    socket.send(JSON.stringify({ type: 'connection_init', payload: credentials }));
    await once(socket, 'message');
    socket.pause();
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: LARGE } }));
    const ping = JSON.stringify({ type: 'ping', payload: { text: 'x'.repeat(500_000) } });
    for (let sent = 0; sent < 200; sent += 1) socket.send(ping);
    const connection = await accepted;
    await untilClosed(connection);
    expect(reasons).toEqual(['unread']);
    // The client sends 100 MB.
    expect(connection.bytesRead).toBeLessThan(40_000_000);
    socket.terminate();
  });
});

describe('a caller over WebSocket', () => {
  const codeOf = async (client: ReturnType<typeof connectSocket>, query: string): Promise<unknown> => {
    try {
      const next = (await answersTo(client, query).next()) as IteratorResult<SocketAnswer, undefined>;
      return next.value === undefined ? 'nothing' : (next.value.errors?.[0]?.extensions?.code ?? 'OK');
    } catch (errors) {
      return (errors as NonNullable<SocketAnswer['errors']>)[0]?.extensions;
    }
  };
  /** Starts subscriptions, and waits until the server has answered a later request. */
  const watch = async (client: ReturnType<typeof connectSocket>, count: number) => {
    const watching = Array.from({ length: count }, () => answersTo(client, WATCH));
    const ended = watching.map((answers) => answers.next());
    await codeOf(client, '{ __typename }');
    return async () => {
      for (const answers of watching) await answers.return?.();
      await Promise.all(ended);
    };
  };

  it('may have a limited number of operations open on one socket, and on all sockets', async () => {
    const clients = [1, 2].map(() => connectSocket(url, undefined, credentials));
    const [first, second] = clients as [(typeof clients)[0], (typeof clients)[0]];
    const endFirst = await watch(first, 3);
    const fourth = answersTo(first, WATCH);
    const pending = fourth.next();
    expect(await codeOf(first, '{ __typename }')).toMatchObject({ code: 'TOO_MANY_OPERATIONS', limit: 4 });
    const endSecond = await watch(second, 1);
    const sixth = answersTo(second, WATCH);
    const alsoPending = sixth.next();
    expect(await codeOf(second, WATCH)).toMatchObject({ code: 'TOO_MANY_OPERATIONS', limit: 6 });
    // Every operation that ends frees its slot: a completed subscription, an answered query, a failed operation.
    await fourth.return?.();
    await pending;
    for (const query of [
      '{ __typename }',
      '{ nothing }',
      '{',
      'subscription { recalculationProgress(id: 99) { id } }',
    ]) {
      for (let times = 0; times < 5; times += 1) await codeOf(first, query);
    }
    // A subscription that has not started yet ends only after it has.
    await until(async () => (await codeOf(first, '{ __typename }')) === 'OK');
    await sixth.return?.();
    await Promise.all([endFirst(), endSecond(), alsoPending]);
    for (const client of clients) await client.dispose();
  });

  it('may have a limited number of sockets', async () => {
    const clients = [1, 2, 3].map(() => connectSocket(url, undefined, credentials));
    const ends = await Promise.all(clients.map((client) => watch(client, 1)));
    const fourth = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
    await once(fourth, 'open');
    fourth.send(JSON.stringify({ type: 'connection_init', payload: credentials }));
    const [code, reason] = (await once(fourth, 'close')) as [number, Buffer];
    expect([code, reason.toString()]).toEqual([1013, 'Too many open sockets of this caller']);
    for (const end of ends) await end();
    for (const client of clients) await client.dispose();
  });
});

describe('a server whose memory for requests is full', () => {
  it('rejects a request with a body, and answers one without', async () => {
    const requests: IncomingMessage[] = [];
    const collect = (request: IncomingMessage) => requests.push(request);
    api.app.getHttpServer().on('request', collect);
    const lock = await connect(api.databaseUrl);
    await lock.rows('BEGIN');
    await lock.rows('LOCK TABLE leads');
    // 37 requests of 1,000,000 bytes exceed 32 MiB; without their last 100,000 bytes they do not.
    const [length, withoutEnd] = [1_000_000, 900_000];
    const large = post('{ leads { id } }'.padEnd(length), `${HOST}Connection: close\r\n`);
    const clients = Array.from({ length: 37 }, () => open());
    const answers = clients.map(async (client) => {
      let answer = '';
      client.on('data', (data) => (answer += data.toString()));
      await once(client, 'close');
      return statusOf(answer);
    });
    for (const client of clients) client.write(large.slice(0, withoutEnd));
    await until(
      () => requests.length === 37 && requests.every(({ socket }) => socket.bytesRead === withoutEnd),
    );
    for (const client of clients) client.write(large.slice(withoutEnd));
    await until(() => requests.every(({ complete }) => complete));
    const answer = await exchange(post('{ __typename }', HOST));
    expect([statusOf(answer), /^retry-after: .*$/im.exec(answer)?.[0]]).toEqual(['503', 'retry-after: 1']);
    expect(answer).toContain('"code":"SERVER_OVERLOADED"');
    const probe = `GET /health/live HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`;
    expect(statusOf(await exchange(probe))).toBe('200');
    await lock.rows('ROLLBACK');
    await lock.close();
    api.app.getHttpServer().off('request', collect);
    expect(await Promise.all(answers)).toEqual(answers.map(() => '200'));
  });
});

describe('a client that disconnects while it sends a body', () => {
  afterEach(() => {
    api.app.useLogger(false);
  });

  it('causes no warning in the log', async () => {
    const written: string[] = [];
    api.app.useLogger(new NestLog(createLog('warn', { write: (line) => written.push(line) })));
    const socket = open();
    socket.write(
      `POST /graphql HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nContent-Length: 1000\r\n` +
        `Authorization: ${credentials.authorization}\r\n\r\n{`,
    );
    const [request] = (await once(api.app.getHttpServer(), 'request')) as [IncomingMessage];
    const aborted = once(request, 'error');
    // The server reads the body after it has authenticated the caller.
    await until(() => request.listenerCount('data') > 0);
    socket.resetAndDestroy();
    await aborted;
    await untilNoneIsOpen();
    expect(written).toEqual([]);
  });
});

describe('a malformed request', () => {
  it.each([
    ['bytes that are not HTTP', 'NONSENSE\r\n\r\n', '400'],
    ['headers that are too large', `GET / HTTP/1.1\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`, '431'],
    ['headers that never end', 'GET / HTTP/1.1\r\nhost: x\r\n', '408'],
  ])('with %s gets an error in the usual format, and the connection closes', async (_, sent, status) => {
    const server = api.app.getHttpServer();
    expect([10_000, 200]).toContain(server.headersTimeout);
    expect(server.requestTimeout).toBe(30_000);
    server.headersTimeout = 200;
    const answer = await exchange(sent);
    expect(statusOf(answer)).toBe(status);
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    expect(JSON.parse(body)).toEqual({
      errors: [
        {
          message: expect.any(String) as unknown,
          extensions: { code: 'BAD_REQUEST', requestId: /x-request-id: (\S+)/.exec(head)?.[1] },
        },
      ],
    });
  });
});
