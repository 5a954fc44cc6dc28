import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type CloseReason,
  connectionClosed,
  type ConnectionLimits,
  Connections,
} from '../../../src/http/connections.js';
import { until } from '../../support/until.js';

/** More than the kernel buffers of a loopback connection can take. */
const LARGE = Buffer.alloc(24 * 1024 * 1024, 'x');
const GET = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n';
/** Limits that no test reaches. */
const NEVER: ConnectionLimits = {
  maxCount: 100,
  firstRequestMs: 6e5,
  nextRequestMs: 6e5,
  writeMs: 6e5,
  lingerMs: 6e5,
  maxUnreadBytes: Infinity,
  unreadGraceMs: 0,
  maxRequestBytes: Infinity,
  uploadPauseMs: 6e5,
};
const UPGRADE = 'GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: y\r\n\r\n';

let server: Server;
let connections: Connections;
let reasons: CloseReason[];
let stopListening: () => void;
const clients: Socket[] = [];
/** The connections on the side of the server. */
const accepted: Socket[] = [];

beforeEach(() => {
  reasons = [];
  stopListening = connectionClosed.subscribe(({ reason }) => reasons.push(reason));
});
afterEach(async () => {
  stopListening();
  for (const socket of [...clients.splice(0), ...accepted.splice(0)]) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

/** A server without timeouts of its own. `/large` has a large response, `/never` has none. */
async function serve(limits: ConnectionLimits): Promise<void> {
  connections = new Connections(limits);
  server = createServer(
    { keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0 },
    (request, response) => {
      request.resume();
      if (request.url === '/large') response.end(LARGE);
      else if (request.url !== '/never') response.end('ok');
    },
  );
  server.on('upgrade', (_request, socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n'));
  server.on('connection', (socket) => accepted.push(socket));
  connections.watch(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
}

/** A client that keeps its side of the connection open. */
function open(bytes = ''): Socket {
  const { port } = server.address() as AddressInfo;
  const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  clients.push(client);
  client.on('error', () => undefined);
  if (bytes !== '') client.write(bytes);
  return client;
}

async function untilAccepted(count: number): Promise<void> {
  while (accepted.length < count) await once(server, 'connection');
}

/** @throws if it takes longer than any deadline of these tests */
async function untilOpen(count: number): Promise<void> {
  const deadline = performance.now() + 15_000;
  const openCount = () => accepted.filter(({ closed }) => !closed).length;
  while (openCount() !== count) {
    if (performance.now() > deadline) throw new Error(`${openCount()} connections are open.`);
    await sleep(10);
  }
}

const firstData = (client: Socket) =>
  new Promise<string>((resolve) =>
    client.once('data', (data) => resolve(data.toString().split('\r\n')[0] ?? '')),
  );

describe('connections', () => {
  it('are closed at the deadline unless a response is pending or a WebSocket was accepted', async () => {
    await serve({ ...NEVER, firstRequestMs: 100, nextRequestMs: 100, lingerMs: 100 });
    server.on('clientError', (_error, socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    server.on('upgrade', ({ socket, url }: { socket: Socket; url: string }) => {
      if (url === '/kept') connections.keep(socket);
    });
    const awaiting = open('GET /never HTTP/1.1\r\nhost: x\r\n\r\n');
    const kept = open(UPGRADE.replace('/', '/kept'));
    const closing = [
      { what: 'nothing', bytes: '' },
      { what: 'empty lines', bytes: '\r\n', drip: '\r\n' },
      { what: 'a request head, line by line', bytes: 'GET / HTTP/1.1\r\n', drip: 'a: b\r\n' },
      { what: 'empty lines after a response', bytes: GET, drip: '\r\n' },
      { what: 'nothing after a response', bytes: GET },
      { what: 'bytes of another protocol, which was not accepted', bytes: UPGRADE, drip: 'z' },
      { what: 'invalid HTTP, without closing', bytes: 'NONSENSE\r\n\r\n' },
    ].map((sent) => ({ ...sent, client: open(sent.bytes).resume() }));
    await untilAccepted(2 + closing.length);
    const dripping = setInterval(() => {
      for (const { client, drip = '' } of closing) client.write(drip);
    }, 20);
    await untilOpen(2);
    clearInterval(dripping);
    expect(reasons).toEqual(closing.map(() => 'idle'));
    expect([awaiting, kept].map(({ readableEnded }) => readableEnded)).toEqual([false, false]);
  });

  it('are closed at the deadline only if their client does not read', async () => {
    await serve({ ...NEVER, writeMs: 100 });
    open('GET /large HTTP/1.1\r\nhost: x\r\n\r\n');
    const reader = open('GET /large HTTP/1.1\r\nhost: x\r\n\r\n');
    let bytes = 0;
    reader.on('data', (data) => (bytes += data.length));
    await untilAccepted(2);
    await untilOpen(1);
    expect(reasons).toEqual(['unread']);
    while (bytes < LARGE.length) await firstData(reader);
  });

  it('are closed before the deadline if all clients together leave too much unread', async () => {
    await serve({ ...NEVER, maxUnreadBytes: 64 * 1024 * 1024 });
    for (let index = 0; index < 4; index += 1) open('GET /large HTTP/1.1\r\nhost: x\r\n\r\n');
    await untilAccepted(4);
    await untilOpen(2);
    expect(reasons).toEqual(['unread', 'unread']);
  });

  it('are replaced by new ones, the longest idle first, unless a response is pending', async () => {
    await serve({ ...NEVER, maxCount: 3 });
    const busy = open('GET /never HTTP/1.1\r\nhost: x\r\n\r\n');
    await untilAccepted(1);
    const kept = open(GET);
    await firstData(kept);
    const silent = open();
    await untilAccepted(3);
    const keptEnd = new Promise((resolve) => kept.once('end', resolve).resume());
    expect(await firstData(open(GET))).toBe('HTTP/1.1 200 OK');
    await keptEnd;
    const silentEnd = new Promise((resolve) => silent.once('end', resolve).resume());
    expect(await firstData(open(GET))).toBe('HTTP/1.1 200 OK');
    await silentEnd;
    expect(reasons).toEqual(['full', 'full']);
    expect(busy.readableEnded).toBe(false);
  });

  const requested = async (client: () => Socket): Promise<Socket> => {
    const request = once(server, 'request');
    const socket = client();
    await request;
    return socket;
  };
  /** A request whose body is never complete. */
  const unfinished = (bytes: number): Socket =>
    open(`POST /never HTTP/1.1\r\nhost: x\r\ncontent-length: 100000000\r\n\r\n${'x'.repeat(bytes)}`);

  it('are replaced by new ones if none is idle, the oldest incomplete request first', async () => {
    await serve({ ...NEVER, maxCount: 3 });
    const busy = await requested(() => open('GET /never HTTP/1.1\r\nhost: x\r\n\r\n'));
    const first = await requested(() => unfinished(1));
    const second = await requested(() => unfinished(1));
    const firstEnd = new Promise((resolve) => first.once('end', resolve).resume());
    expect(await firstData(open(GET))).toBe('HTTP/1.1 200 OK');
    await firstEnd;
    expect(reasons).toEqual(['full']);
    expect([busy, second].map(({ readableEnded }) => readableEnded)).toEqual([false, false]);
  });

  it('are closed if incomplete requests are too large in total, the oldest first', async () => {
    await serve({ ...NEVER, maxRequestBytes: 1_000_000 });
    const whole = () =>
      open(`POST /never HTTP/1.1\r\nhost: x\r\ncontent-length: 500000\r\n\r\n${'x'.repeat(500_000)}`);
    await requested(whole);
    await requested(() => unfinished(300_000));
    await requested(() => unfinished(300_000));
    await untilOpen(2);
    expect(reasons).toEqual(['unfinished']);
    expect(accepted.map(({ closed }) => closed)).toEqual([false, true, false]);
    expect(connections.hasRoomForBody(new Socket())).toBe(true);
    await requested(whole);
    await requested(whole);
    await untilOpen(3);
    expect(accepted.map(({ closed }) => closed)).toEqual([false, true, true, false, false]);
    await until(() => accepted.reduce((sum, { bytesRead }) => sum + bytesRead, 0) >= 2_100_000);
    expect(connections.hasRoomForBody(new Socket())).toBe(false);
    expect(accepted.map(({ closed }) => closed)).toEqual([false, true, true, false, false]);
  });

  it('stay open while an upload of any size arrives, and are closed if it pauses for too long', async () => {
    await serve({ ...NEVER, maxRequestBytes: 1_000_000, uploadPauseMs: 1_500 });
    server.on('request', ({ socket }) => {
      connections.beginUpload(socket);
    });
    const client = await requested(() => unfinished(1_200_000));
    await until(() => (accepted[0]?.bytesRead ?? 0) > 1_200_000);
    // Uploads take no memory.
    expect(connections.hasRoomForBody(new Socket())).toBe(true);
    expect([accepted[0]?.closed, reasons]).toEqual([false, []]);
    expect(connections.isUploading(accepted[0] ?? new Socket())).toBe(true);
    client.write('x');
    await untilOpen(0);
    expect(reasons).toEqual(['idle']);
  });

  it('are closed if the client sends too many requests without awaiting a response', async () => {
    await serve(NEVER);
    const client = open('GET /never HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(100));
    await untilAccepted(1);
    client.write('GET /never HTTP/1.1\r\nhost: x\r\n\r\n');
    await untilOpen(0);
    expect(reasons).toContain('pipelined');
  });
});
