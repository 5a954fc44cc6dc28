import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { withConnection } from '../support/connection.js';
import { type ServerProgram, startServerProgram } from '../support/program.js';
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary-directory.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { until } from '../support/until.js';
import { answersTo, connectSocket } from '../support/websocket.js';

const LEAD_COUNT = 5_000;
const INTERACTION_COUNT = 50_000;
/** The interactions of the first tenth of the leads have long notes, 50,000,000 characters in all. */
const LONG_NOTES = 10_000;

let database: TestDatabase;
let directory: TemporaryDirectory;
let server: ServerProgram;
let firstId: number;

beforeAll(async () => {
  directory = await temporaryDirectory();
  database = await createTestDatabase();
  firstId = await withConnection(database.url, async (connection) => {
    await connection.rows(
      `INSERT INTO leads ("firstName", "lastName", email, company, status, summary, "createdAt", "updatedAt")
       SELECT 'First' || i, 'Last' || i, 'lead' || i || '@example.com', 'Company ' || i, 'new', repeat('x', 100), now(), now()
       FROM generate_series(1, $1) AS i`,
      [LEAD_COUNT],
    );
    await connection.rows(
      `INSERT INTO interactions (type, date, notes, "leadId", "createdAt", "updatedAt")
       SELECT 'call', now() - i * interval '1 minute', repeat('я', CASE WHEN i % $3 < $3 / 10 THEN $2 ELSE 20 END),
         (SELECT min(id) FROM leads) + i % $3, now(), now()
       FROM generate_series(1, $1) AS i`,
      [INTERACTION_COUNT, LONG_NOTES, LEAD_COUNT],
    );
    const [row] = await connection.rows<{ id: number }>('SELECT min(id) AS id FROM leads');
    return row?.id ?? 0;
  });
  server = await startServerProgram({
    cwd: directory.path,
    env: {
      DATABASE_URL: database.url,
      NODE_OPTIONS: '--max-old-space-size=256',
      RATE_LIMIT_PER_MINUTE: '0',
      // A slow machine must not cause timeouts here.
      REQUEST_TIMEOUT_MS: '120000',
      DATABASE_ACQUIRE_TIMEOUT_MS: '60000',
      LOG_LEVEL: 'silent',
    },
  });
}, 60_000);
afterAll(async () => {
  await server.stop();
  await database.drop();
  await directory.remove();
});

const times = <Result>(count: number, work: (index: number) => Result): Result[] =>
  Array.from({ length: count }, (_, index) => work(index));

interface Outcome {
  /** `whole`, or the code of the error. */
  readonly outcome: string;
  readonly length: number;
  readonly retryAfter: string | null;
}

async function send(query: string, variables?: object): Promise<Outcome> {
  const response = await fetch(server.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const text = await response.text();
  const retryAfter = response.headers.get('retry-after');
  if (response.status === 200 && /^\{"data":.*\}\}\n?$/s.test(text)) {
    return { outcome: 'whole', length: text.length, retryAfter };
  }
  const { errors, data } = JSON.parse(text) as { errors: { extensions: { code: string } }[]; data?: unknown };
  // A response that is not whole contains only errors.
  expect(data ?? null).toBeNull();
  return { outcome: errors[0]?.extensions.code ?? text, length: text.length, retryAfter };
}

async function sendOverSocket(query: string): Promise<string> {
  const client = connectSocket(server.url);
  try {
    const { value } = (await answersTo(client, query).next()) as {
      value: { data?: unknown; errors?: { extensions: { code: string } }[] };
    };
    return value.errors?.[0]?.extensions.code ?? 'whole';
  } catch (errors) {
    return (errors as { extensions: { code: string } }[])[0]?.extensions.code ?? String(errors);
  } finally {
    await client.dispose();
  }
}

const LEADS =
  '{ leads { id firstName lastName email summary createdAt interactions { id type date leadId } } }';
const NOTES = '{ interactions { id date notes } }';
const ALIASES = `{ ${times(2, (index) => `a${index}: leads { id email createdAt interactions { id } }`).join(' ')} }`;
const page = (fields: string) =>
  `{ leadsConnection(first: 100, orderBy: { field: CREATED_AT, direction: ASC }) { nodes { id interactionsConnection(first: 100) { nodes { ${fields} } } } } }`;
const REPEATED = page(times(30, (index) => `n${index}: notes`).join(' '));
const ENTITIES = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Lead { email interactions { notes } } } }`;
const entities = () => ({
  r: times(LEAD_COUNT, (index) => ({ __typename: 'Lead', id: String(firstId + index) })),
});
/** The same lead 20,000 times, so its ten interactions make 200,000 objects. */
const sameEntity = () => ({
  r: times(20_000, () => ({ __typename: 'Lead', id: String(firstId + LEAD_COUNT - 1) })),
});
const SAME = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Lead { interactions { id type date } } } }`;
const WATCH = 'subscription { recalculationProgress { id } }';
/** Of 2,700 tokens, which count as 1.35 MB. */
const NESTED_WATCH = WATCH.replace('id', `${'... { '.repeat(900)} id ${'}'.repeat(900)}`);
const SMALL = '{ leadsConnection(first: 5) { nodes { id } } }';

const CLEAR_ERRORS = ['SERVER_OVERLOADED', 'RESPONSE_TOO_LARGE'];

/** Sends small queries, one after the other, until work is done. @returns how they ended */
async function withSmallQueries(work: Promise<unknown>): Promise<string[]> {
  const outcomes: string[] = [];
  let isOver = false;
  const end = () => {
    isOver = true;
  };
  work.then(end, end);
  while (!isOver) outcomes.push((await send(SMALL)).outcome);
  return outcomes;
}

describe('a server with a heap of 256 MB', () => {
  it('returns all leads with their interactions, to concurrent requests too', async () => {
    const first = await send(LEADS);
    expect(first.outcome).toBe('whole');
    const answers = Promise.all(times(10, () => send(LEADS)));
    const small = await withSmallQueries(answers);
    for (const { outcome, length, retryAfter } of await answers) {
      expect(['whole', 'SERVER_OVERLOADED']).toContain(outcome);
      if (outcome === 'whole') expect(length).toBe(first.length);
      else expect(Number(retryAfter)).toBeGreaterThan(0);
    }
    expect((await answers).map(({ outcome }) => outcome)).toContain('whole');
    expect(new Set(small)).toEqual(new Set(['whole']));
  }, 60_000);

  it('rejects responses that do not fit into its memory, and continues', async () => {
    expect((await send(NOTES)).outcome).toBe('RESPONSE_TOO_LARGE');
    expect((await send(REPEATED)).outcome).toBe('RESPONSE_TOO_LARGE');
    expect((await send(ENTITIES, entities())).outcome).toBe('RESPONSE_TOO_LARGE');
    expect((await send(SAME, sameEntity())).outcome).toBe('RESPONSE_TOO_LARGE');
    expect((await send(SMALL)).outcome).toBe('whole');
  }, 60_000);

  it.each([
    ['white space', ' ', 250, 'whole'],
    ['comments', '#\n', 20, 'QUERY_TOO_LONG'],
  ])(
    'caches few documents that are long because of %s',
    async (_, filler, count, outcome) => {
      const characters = JSON.stringify(filler).length - 2;
      const text = filler.repeat(900_000 / characters);
      for (let index = 0; index < count; index += 1) {
        expect((await send(`${text} query Long${index} { __typename }`)).outcome).toBe(outcome);
      }
    },
    60_000,
  );

  it('closes connections with large requests that never end', async () => {
    const { hostname, port } = new URL(server.url);
    let openCount = 0;
    const clients = times(300, () => {
      const client = connect({ host: hostname, port: Number(port) });
      openCount += 1;
      client.on('error', () => undefined).once('close', () => (openCount -= 1));
      client.write('POST /nothing HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n');
      client.write(`content-length: 1000000\r\n\r\n${'x'.repeat(900_000)}`);
      return client;
    });
    const closed = until(() => openCount < 40);
    const small = await withSmallQueries(closed);
    expect(small).toContain('whole');
    for (const outcome of small) expect(['whole', 'SERVER_OVERLOADED']).toContain(outcome);
    for (const client of clients) client.destroy();
    await until(async () => (await send(SMALL)).outcome === 'whole');
  }, 60_000);

  it.each([
    ['ids', (filler: string) => [filler, { query: WATCH }] as const],
    ['unknown members', (filler: string) => ['x', { query: WATCH, filler }] as const],
    ['documents', () => ['x', { query: NESTED_WATCH }] as const],
  ])(
    'limits subscriptions whose messages have long %s',
    async (_, message) => {
      const socket = new WebSocket(server.url.replace('http', 'ws'), 'graphql-transport-ws');
      await once(socket, 'open');
      const codes: string[] = [];
      socket.on('message', (data: Buffer) => {
        const { type, payload } = JSON.parse(data.toString()) as {
          type: string;
          payload: { extensions: { code: string } }[];
        };
        if (type === 'error') codes.push(payload[0]?.extensions.code ?? '');
      });
      socket.send(JSON.stringify({ type: 'connection_init' }));
      await once(socket, 'message');
      for (const index of times(99, (each) => each)) {
        const [id, payload] = message('x'.repeat(900_000));
        socket.send(JSON.stringify({ type: 'subscribe', id: `${index}${id}`, payload }));
      }
      await until(() => codes.length >= 99 - 15);
      expect(new Set(codes)).toEqual(new Set(['TOO_MANY_OPERATIONS']));
      expect((await send(SMALL)).outcome).toBe('whole');
      socket.close();
      await once(socket, 'close');
    },
    60_000,
  );

  it('survives all large queries at once, over HTTP and sockets', async () => {
    const all = Promise.all([
      ...[LEADS, NOTES, ALIASES, page('notes'), page('id date'), REPEATED].flatMap((query) => [
        ...times(3, () => send(query).then(({ outcome }) => outcome)),
        ...times(2, () => sendOverSocket(query)),
      ]),
      ...times(3, () => send(ENTITIES, entities()).then(({ outcome }) => outcome)),
    ]);
    const small = await withSmallQueries(all);
    const outcomes = await all;
    for (const outcome of outcomes) expect(['whole', ...CLEAR_ERRORS]).toContain(outcome);
    expect(new Set(small)).toEqual(new Set(['whole']));
    expect((await send(LEADS)).outcome).toBe('whole');
    expect(server.process.exitCode).toBeNull();
  }, 60_000);
});
