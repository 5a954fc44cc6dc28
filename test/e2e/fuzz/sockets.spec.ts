import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Choices, generated } from '../../support/fuzz/choices.js';
import { fuzz } from '../../support/fuzz/fuzz.js';
import { type FuzzServer, startFuzzServer } from '../../support/fuzz/fuzz-server.js';
import { hostileJson } from '../../support/fuzz/hostile-json.js';
import { hostileText } from '../../support/fuzz/hostile-texts.js';
import { mutated, oddlyShaped } from '../../support/fuzz/mutated-documents.js';
import { queryOf, readSchema, type Sent } from '../../support/fuzz/schema-documents.js';
import { defectOfError, defectOfText, isAnsweredError, isObject } from '../../support/fuzz/verdict.js';
import { mistypedDocuments } from '../../support/fuzz/wrong-values.js';

const LIMIT_MS = 180_000;
/** The close codes of an internal error: the one of graphql-ws, and the one of WebSocket. */
const INTERNAL_ERROR_CODES = new Set([4500, 1011]);

let server: FuzzServer;
let before: unknown;
const schema = readSchema();

beforeAll(async () => {
  server = await startFuzzServer('production');
  before = await server.fingerprint();
}, LIMIT_MS);
afterAll(() => server.close());

/** The messages of a socket until it was closed or the last operation was answered. */
interface Exchange {
  readonly messages: readonly unknown[];
  readonly closed: number | null;
}

/** Opens a socket, sends frames and then a valid query, which the server answers unless the socket is closed. */
function exchange(frames: readonly (string | Buffer)[], { isAcknowledged = false } = {}): Promise<Exchange> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(server.url.replace(/^http/, 'ws'), 'graphql-transport-ws');
    const messages: unknown[] = [];
    const last = { id: 'last', type: 'subscribe', payload: { query: '{ __typename }' } };
    const [first, ...others] = frames;
    const sendRest = (rest: readonly (string | Buffer)[]) => {
      for (const frame of rest) socket.send(frame);
      socket.send(JSON.stringify(last));
    };
    socket.on('open', () => {
      if (isAcknowledged && first !== undefined) socket.send(first);
      else sendRest(frames);
    });
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as Record<string, unknown>;
      messages.push(message);
      if (isAcknowledged && message.type === 'connection_ack') sendRest(others);
      if (message.id === 'last' && message.type === 'complete') {
        resolve({ messages, closed: null });
        socket.close();
      }
    });
    socket.on('close', (code) => {
      resolve({ messages, closed: code });
    });
    socket.on('error', reject);
  });
}

async function defectOf(frames: readonly (string | Buffer)[]): Promise<string | null> {
  const { messages, closed } = await exchange(frames);
  if (closed !== null && INTERNAL_ERROR_CODES.has(closed)) return `the socket was closed with ${closed}`;
  const defects = messages
    .flatMap(errorsIn)
    .map((error) =>
      isAnsweredError(error)
        ? defectOfError(error, server.insideNames)
        : `an error has no code: ${JSON.stringify(error)}`,
    );
  return defects.find((defect) => defect !== null) ?? null;
}

function errorsIn(message: unknown): unknown[] {
  if (!isObject(message)) return [];
  const { type, payload } = message;
  if (type === 'error') return Array.isArray(payload) ? (payload as unknown[]) : [payload];
  return isObject(payload) && Array.isArray(payload.errors) ? (payload.errors as unknown[]) : [];
}

const connectionInit = (): string =>
  JSON.stringify({ type: 'connection_init', payload: server.credentials.admin });
const subscribe = (id: string, { query, variables }: Sent): string =>
  `{"id":${JSON.stringify(id)},"type":"subscribe","payload":{"query":${JSON.stringify(query)},"variables":${variables}}}`;

/** A valid connection_init message, then documents that are rarely valid. */
function documentFrames(choices: Choices): string[] {
  const known = { ids: server.leadIds, cursors: ['x'] };
  return [
    connectionInit(),
    ...choices
      .some(3, () => {
        const sent = queryOf(schema, choices, known);
        switch (choices.below(5)) {
          case 1:
            return { ...sent, query: mutated(sent.query, choices) };
          case 2:
            return { query: hostileText(choices), variables: hostileJson(choices) };
          case 3:
            return { query: oddlyShaped(choices), variables: '{}' };
          case 4:
            return {
              query: `subscription ($v: ID) { recalculationProgress(id: $v) { id } }`,
              variables: `{"v":${hostileJson(choices)}}`,
            };
          default:
            return sent;
        }
      })
      .map((sent, index) => subscribe(`${choices.of(['a', '__proto__', 'constructor'])}${index}`, sent)),
  ];
}

const TYPES = [
  'connection_init',
  'subscribe',
  'complete',
  'ping',
  'pong',
  'next',
  'error',
  'start',
  '__proto__',
];

const bytesOf = (choices: Choices): number[] =>
  Array.from({ length: choices.below(60) }, () => choices.below(256));

/** Messages that violate the protocol. */
function oddFrames(choices: Choices): (string | Buffer)[] {
  const frame = (): string | Buffer => {
    switch (choices.below(7)) {
      case 0:
        return hostileJson(choices);
      case 5:
        return Buffer.from(bytesOf(choices));
      case 6:
        return `{"type":"connection_init","payload":{"authorization":${hostileJson(choices)}}}`;
      case 1:
        return Buffer.from(hostileText(choices));
      case 2:
        return `{"type":"${choices.of(TYPES)}","id":${hostileJson(choices)},"payload":${hostileJson(choices)}}`;
      case 3:
        return `{"type":"subscribe","id":"a","payload":{"query":${hostileJson(choices)},"operationName":${hostileJson(choices)},"extensions":${hostileJson(choices)}}}`;
      default:
        return `{"type":"subscribe","id":"a","payload":{"query":"{ __typename }","variables":${hostileJson(choices)}}}`;
    }
  };
  return [...(choices.onceIn(4) ? [] : [connectionInit()]), frame(), ...choices.some(2, frame)];
}

describe('sockets', () => {
  it('answer or reject hostile documents', () => fuzz(generated(documentFrames), 300, defectOf), LIMIT_MS);

  it(
    'are closed, but not with an internal error, if messages violate the protocol',
    () => fuzz(generated(oddFrames), 300, defectOf),
    LIMIT_MS,
  );

  it(
    'are closed without internal details if bytes are not frames',
    () => fuzz(generated(bytesOf), 200, defectOfBytes),
    LIMIT_MS,
  );

  it(
    'reject each value of the wrong type in a subscription',
    async () => {
      const documents = mistypedDocuments(schema).filter(({ query }) => query.startsWith('subscription'));
      expect(documents.length).toBeGreaterThan(10);
      // The protocol allows operations only after the acknowledgement.
      const { messages } = await exchange(
        [connectionInit(), ...documents.map((one, index) => subscribe(`${index}`, one))],
        { isAcknowledged: true },
      );
      const rejected = messages.filter((message) => errorsIn(message).length > 0);
      expect(rejected).toHaveLength(documents.length);
      expect(
        await defectOf([connectionInit(), ...documents.map((one, index) => subscribe(`${index}`, one))]),
      ).toBeNull();
    },
    LIMIT_MS,
  );

  it('are closed if a ping has a payload that is nested too deeply', async () => {
    const [open, close] = ['{"a":'.repeat(5000), '}'.repeat(5000)];
    const { closed } = await exchange([connectionInit(), `{"type":"ping","payload":${open}1${close}}`], {
      isAcknowledged: true,
    });
    expect(closed).toBe(4400);
  });

  it('change no data, and neither end the server nor cause log lines', async () => {
    expect(await server.fingerprint()).toEqual(before);
    expect(await server.stop()).toEqual({ code: 0, defects: [] });
  });
});

/** Opens a socket and sends bytes that are not frames. @returns the defect of everything that the server sends */
function defectOfBytes(bytes: readonly number[]): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(server.url);
    let answer = '';
    const socket = connect({ host: hostname, port: Number(port) }, () => {
      socket.write(
        `GET /graphql HTTP/1.1\r\nhost: ${hostname}\r\nconnection: Upgrade\r\nupgrade: websocket\r\n` +
          'sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n' +
          'sec-websocket-protocol: graphql-transport-ws\r\n\r\n',
      );
      socket.end(Buffer.from(bytes));
    });
    socket.setEncoding('latin1').on('data', (text: string) => (answer += text));
    socket.on('close', () => {
      const isOpened = answer === '' || answer.startsWith('HTTP/1.1 101 ');
      resolve(isOpened ? defectOfText(answer, server.insideNames) : `it answered ${answer.slice(0, 200)}`);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET' || error.code === 'EPIPE') resolve(null);
      else reject(error);
    });
  });
}
