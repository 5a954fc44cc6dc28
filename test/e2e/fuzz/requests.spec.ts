import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Choices, generated } from '../../support/fuzz/choices.js';
import { fuzz } from '../../support/fuzz/fuzz.js';
import { type FuzzServer, type RawRequest, startFuzzServer } from '../../support/fuzz/fuzz-server.js';
import { hostileJson } from '../../support/fuzz/hostile-json.js';
import { hostileText, PROTOTYPE_NAMES } from '../../support/fuzz/hostile-texts.js';
import { defectOf, defectOfText } from '../../support/fuzz/verdict.js';

const LIMIT_MS = 180_000;
const MUTATION = 'mutation { removeLead(id: 1) }';

let server: FuzzServer;
let before: unknown;

beforeAll(async () => {
  server = await startFuzzServer();
  before = await server.fingerprint();
}, LIMIT_MS);
afterAll(() => server.close());

/** The bytes of a body, which is rarely a valid request. */
function bodyOf(choices: Choices): Buffer {
  const json = jsonBody(choices);
  switch (choices.below(9)) {
    case 3:
      return Buffer.from(json, 'utf16le');
    case 4:
      return Buffer.from(json, 'latin1');
    case 5:
      return Buffer.from(`\ufeff${json}`);
    case 6:
      return Buffer.from(json).subarray(0, choices.below(json.length + 1));
    case 7:
      return Buffer.from(Array.from({ length: choices.below(60) }, () => choices.below(256)));
    case 8:
      return gzipSync(json);
    default:
      return Buffer.from(json);
  }
}

const KEYS = ['query', 'variables', 'operationName', 'extensions', ...PROTOTYPE_NAMES];

function jsonBody(choices: Choices): string {
  switch (choices.below(5)) {
    case 0:
      return hostileJson(choices);
    case 1:
      return `[${Array.from({ length: choices.below(5) }, () => '{"query":"{ __typename }"}').join()}]`;
    case 2:
      return `{"query":"{ __typename }","query":${hostileJson(choices)},"variables":${hostileJson(choices)}}`;
    case 3:
      return `{"query":"query A { __typename } query B { __typename }","operationName":${hostileJson(choices)}}`;
    default: {
      const entries = choices.some(5, () => `"${choices.of(KEYS)}":${hostileJson(choices)}`);
      return `{${['"query":"{ __typename }"', ...entries].join()}}`;
    }
  }
}

const CONTENT_TYPES = [
  'application/json',
  'application/json; charset=utf-8',
  'application/json; charset=utf-16',
  'application/json; charset=klingon',
  'application/json;;;',
  'application/json, text/plain',
  'application/graphql',
  'application/graphql+json',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'multipart/form-data',
  'text/plain',
  'text/html',
  '',
  '/',
  'application/',
  'constructor',
];

/** Printable ASCII and Latin 1, which is all that a client can put into a header. */
const headerText = (choices: Choices): string =>
  hostileText(choices)
    .replaceAll(/[^\x20-\x7e\xa0-\xff]/g, '?')
    .slice(0, 2000);

const HEADERS = [
  'x-request-id',
  'accept',
  'authorization',
  'cookie',
  'origin',
  'referer',
  'x-forwarded-for',
  'x-forwarded-host',
  'forwarded',
  'x-http-method-override',
  'apollo-require-preflight',
  'x-apollo-operation-name',
  'x-api-key',
  'if-none-match',
  'range',
  'accept-language',
  'sec-fetch-site',
  'traceparent',
  '__proto__',
  'constructor',
];

function headersOf(choices: Choices): Record<string, string> {
  return Object.fromEntries([
    ['content-type', choices.onceIn(2) ? 'application/json' : choices.of(CONTENT_TYPES)],
    ...choices.some(4, () => [choices.of(HEADERS), headerText(choices)]),
    ...(choices.onceIn(6)
      ? [['content-encoding', choices.of(['gzip', 'br', 'deflate', 'identity', 'x'])]]
      : []),
    ...(choices.onceIn(8)
      ? [['accept', choices.of(['*/*', 'text/html', 'image/png', ';q=', '*', 'a/b;q=1e400'])]]
      : []),
  ]) as Record<string, string>;
}

const METHODS = ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'POST', 'LINK', 'QUERY'];

function anyRequest(choices: Choices): RawRequest {
  const path = choices.of([
    '/graphql',
    '/graphql?query=%7B__typename%7D',
    `/graphql?query=${encodeURIComponent(MUTATION)}`,
    `/graphql?query=${encodeURIComponent(hostileText(choices).toWellFormed())}`,
    `/graphql?query=%7B__typename%7D&variables=${encodeURIComponent(hostileJson(choices).toWellFormed()).slice(0, 4000)}`,
    '/graphql?query=%7B__typename%7D&query=%7B__typename%7D',
    '/graphql?query=%ff%fe%00',
    '/graphql/',
    '/graphql/..%2f..%2fetc%2fpasswd',
    '/../../etc/passwd',
    '//graphql',
    '/%00',
    '/%',
    '/%c0%ae%c0%ae/',
    '/__proto__',
    '/constructor?a[b][c]=d&__proto__[x]=1',
    `/${'a'.repeat(3000)}`,
    '/graphiql/../../package.json',
  ]);
  const method = choices.of(METHODS);
  return {
    method,
    path,
    headers: headersOf(choices),
    ...(choices.onceIn(3) ? { body: bodyOf(choices) } : {}),
  };
}

/** An accepted request may return a page; a rejected one must return an error in the usual format. */
async function defectOfAny(sent: RawRequest): Promise<string | null> {
  const answer = await server.send(sent);
  return answer.status < 400 ? null : defectOf(answer, server.insideNames);
}

describe('hostile requests', () => {
  it(
    'get a GraphQL response, whatever the body, its encoding and its headers are',
    () =>
      fuzz(
        generated((choices) => ({ headers: headersOf(choices), body: bodyOf(choices) })),
        1200,
        (sent) => server.defectOf(sent),
      ),
    LIMIT_MS,
  );

  it(
    'get errors in the usual format, whatever the method and the path are',
    () => fuzz(generated(anyRequest), 800, defectOfAny),
    LIMIT_MS,
  );

  it.each([
    ['bytes that are not HTTP', 'hello\r\n\r\n'],
    ['NUL bytes', '\0\0\0\0\0\0\0\0\r\n\r\n'],
    ['a TLS handshake', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['an HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['an unknown method', 'FOO /graphql HTTP/1.1\r\nhost: a\r\n\r\n'],
    ['no host', 'POST /graphql HTTP/1.1\r\n\r\n'],
    ['two lengths', 'POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}'],
    ['a negative length', 'POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-length: -2\r\n\r\n{}'],
    [
      'a length and chunks',
      'POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['invalid chunks', 'POST /graphql HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nZZ\r\n'],
    ['a header with a line break', 'GET /graphql HTTP/1.1\r\nhost: a\r\nx-a: b\rc\r\n\r\n'],
    ['a header without a name', 'GET /graphql HTTP/1.1\r\nhost: a\r\n: b\r\n\r\n'],
    ['a header of 40 KB', `GET /graphql HTTP/1.1\r\nhost: a\r\nx-a: ${'b'.repeat(40_000)}\r\n\r\n`],
    [
      'half a body',
      'POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{"q',
    ],
  ])('are rejected without internal details if they contain %s', async (_, bytes) => {
    const answer = await sendBytes(bytes);
    expect(answer).toMatch(/^(HTTP\/1\.1 4\d\d [\s\S]*)?$/);
    expect(defectOfText(answer, server.insideNames)).toBeNull();
    expect((await server.send({ body: '{"query":"{ __typename }"}' })).status).toBe(200);
  });

  it('change no data, and neither end the server nor cause log lines', async () => {
    expect(await server.fingerprint()).toEqual(before);
    expect(await server.stop()).toEqual({ code: 0, defects: [] });
  });
});

/** Sends bytes. @returns everything that the server sends until it closes the connection */
function sendBytes(bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(server.url);
    let answer = '';
    const socket = connect({ host: hostname, port: Number(port) }, () => {
      socket.end(Buffer.from(bytes, 'latin1'));
    });
    socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
    socket.on('close', () => {
      resolve(answer);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET' || error.code === 'EPIPE') resolve(answer);
      else reject(error);
    });
  });
}
