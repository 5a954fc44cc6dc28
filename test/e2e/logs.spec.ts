import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectTo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SignJWT } from 'jose';
import { createApiKey } from '../support/api-key.js';
import { connect, type Connection } from '../support/connection.js';
import { API_KEY, type OpenRouterStandIn, startOpenRouterStandIn } from '../support/openrouter-stand-in.js';
import { type Finished, type ServerProgram, startServerProgram } from '../support/program.js';
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary-directory.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { answersTo, connectSocket } from '../support/websocket.js';

/** The tests send each of these in every kind of input, and none of them may appear in the output. */
const EMAIL = 'marker.mail@markers.example';
const PHONE = '+44 20 7946 0958';
const NOTES = 'markernotes said over lunch';
const COMPANY = 'Markercompany & Sons';
const TOKEN = 'markertoken0123456789abcdef';
const PASSWORD = 'markerpassword';
const ROUTER_SECRET = 'markerrouter-secret-of-32-characters';
const METRICS_TOKEN = 'markermetrics-token';
/** A well-formed API key that does not exist. */
const UNKNOWN_KEY = `lsk_4711_${'markerkey'.padEnd(43, '0')}`;
const MARKERS =
  /marker\.mail|markers\.example|20(?:%20|\W)?7946|7946(?:%20|\W)?0958|markernotes|said over lunch|markercompany|markertoken|markerpassword|markerrouter|markermetrics|markerkey|sk-or-v1|lsk_|eyJ/i;

let directory: TemporaryDirectory;
let database: TestDatabase;
let connection: Connection;
let standIn: OpenRouterStandIn;
let key: string;
/** Contains PASSWORD. */
let databaseUrl: string;
beforeAll(async () => {
  directory = await temporaryDirectory();
  database = await createTestDatabase();
  connection = await connect(database.url);
  standIn = await startOpenRouterStandIn();
  key = await createApiKey(database.url);
  await connection.rows('DROP ROLE IF EXISTS of_the_log');
  await connection.rows(`CREATE ROLE of_the_log LOGIN SUPERUSER PASSWORD '${PASSWORD}'`);
  const url = new URL(database.url);
  Object.assign(url, { username: 'of_the_log', password: PASSWORD });
  databaseUrl = url.href;
});
afterAll(async () => {
  await standIn.close();
  await connection.rows('DROP ROLE of_the_log');
  await connection.close();
  await database.drop();
  await directory.remove();
});

const serve = (env: Record<string, string> = {}) =>
  startServerProgram({
    cwd: directory.path,
    env: {
      NODE_ENV: 'production',
      LOG_LEVEL: 'trace',
      DATABASE_URL: databaseUrl,
      OPENROUTER_API_KEY: API_KEY,
      OPENROUTER_BASE_URL: standIn.baseUrl,
      SUMMARY_WORKERS: '1',
      ...env,
    },
  });

const HEADERS = {
  'content-type': 'application/json',
  cookie: `session=${TOKEN}`,
  referer: `https://crm.example/?email=${EMAIL}`,
  'user-agent': NOTES,
};

async function send(url: string, body: object | string, headers: Record<string, string> = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...HEADERS, authorization: `Bearer ${key}`, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return (await response.text()) || String(response.status);
}

const CREATE = `mutation CreateLead($lead: CreateLeadInput!) { createLead(createLeadInput: $lead) { id } }`;
const LEAD = { firstName: 'Marta', lastName: 'Kerr', email: EMAIL, phone: PHONE, company: COMPANY };

/** Causes every error that has ever put data into a log. */
async function provokeEverything({ url }: ServerProgram): Promise<void> {
  const created = await send(url, { query: CREATE, variables: { lead: LEAD } });
  const { data } = JSON.parse(created) as { data: { createLead: { id: string } } };
  const leadId = Number(data.createLead.id);
  const note = `mutation Note { createInteraction(createInteractionInput: { leadId: ${leadId}, type: CALL, date: "2020-02-29T09:30:00Z", notes: "${NOTES}" }) { id } }`;
  expect(await send(url, { query: note })).toContain('data');
  // Conflicts, invalid values, wrong types, values in the document, unknown fields.
  expect(await send(url, { query: CREATE, variables: { lead: LEAD } })).toContain('CONFLICT');
  await send(url, { query: CREATE, variables: { lead: { ...LEAD, budget: NOTES, email: PHONE } } });
  await send(url, { query: `{ lead(id: "${EMAIL}") { id } }` });
  await send(url, {
    query: `{ leadsConnection(filter: { search: "${NOTES}" }, after: "${EMAIL}") { totalCount } }`,
  });
  await send(url, { query: `query Q { markernotes(email: "${EMAIL}") }` });
  await send(url, { query: `"${NOTES}` });
  await send(url, { query: `query ${'markernotes'.repeat(1)} { nothing }`, operationName: EMAIL });
  // Invalid bodies and paths.
  await send(url, `{"query": "${EMAIL} ${NOTES}`);
  await send(url, `${NOTES}`, { 'content-type': `text/${PASSWORD}` });
  await send(url, 'x'.repeat(1_100_000) + NOTES);
  await fetch(
    `${url}?query=${encodeURIComponent(`{ lead(id: "${EMAIL}") { id } }`)}&note=${encodeURIComponent(NOTES)}`,
  );
  await fetch(`${url}/${EMAIL}?phone=${encodeURIComponent(PHONE)}`, { headers: HEADERS });
  await fetch(new URL(`/${encodeURIComponent(NOTES)}`, url));
  await provokeDatabase(url, leadId);
  await provokeProvider(url, leadId);
  await provokeSocket(url);
  await provokeAccess(url);
}

/** Triggers that put whole rows into their error messages. */
async function provokeDatabase(url: string, leadId: number): Promise<void> {
  await connection.rows(`CREATE FUNCTION leak() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'no % % % %', NEW.email, NEW.phone, NEW.company, '${NOTES}' USING DETAIL = NEW::text; END $$`);
  await connection.rows(
    'CREATE TRIGGER leak BEFORE INSERT OR UPDATE ON leads FOR EACH ROW EXECUTE FUNCTION leak()',
  );
  const other = { ...LEAD, email: `other-${EMAIL}` };
  expect(await send(url, { query: CREATE, variables: { lead: other } })).toContain('INTERNAL_SERVER_ERROR');
  await send(url, {
    query: `mutation { updateLead(updateLeadInput: { id: ${leadId}, company: "${COMPANY}" }) { id } }`,
  });
  await send(url, { query: 'mutation { recalculateAllScores { count } }' });
  await connection.rows('DROP TRIGGER leak ON leads');
  // The commit itself fails, which Sequelize prints on the console.
  await connection.rows(
    'CREATE CONSTRAINT TRIGGER leak AFTER INSERT ON leads DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION leak()',
  );
  expect(await send(url, { query: CREATE, variables: { lead: other } })).toContain('INTERNAL_SERVER_ERROR');
  await connection.rows('DROP FUNCTION leak CASCADE');
}

/** Responses that repeat the key and the prompt. */
async function provokeProvider(url: string, leadId: number): Promise<void> {
  const echo = `${API_KEY} ${NOTES} ${EMAIL}`;
  const summarize = { query: `mutation { regenerateSummary(id: ${leadId}, force: true) { summary } }` };
  for (const turn of [
    { status: 401, body: { error: { code: 401, message: echo, metadata: { raw: echo } } } },
    { status: 418, body: echo },
    { body: `<html>${echo}` },
    { body: { id: echo, model: echo, choices: [{ finish_reason: echo, message: { content: echo } }] } },
  ]) {
    standIn.play(turn, turn, turn);
    expect(await send(url, summarize)).toContain('SUMMARY_');
    standIn.forget();
  }
  expect(await send(url, summarize)).toContain('data');
}

async function provokeSocket(url: string): Promise<void> {
  const client = connectSocket(url, undefined, { authorization: `Bearer ${key}` });
  for (const query of [
    `{ lead(id: "${EMAIL}") { id } }`,
    'query Over($id: ID!) { lead(id: $id) { id } }',
    `"${NOTES}`,
  ]) {
    try {
      for await (const answer of answersTo(client, query, { id: NOTES })) void answer;
    } catch {
      // A rejected operation throws its errors.
    }
  }
  await client.dispose();
}

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const TOKENS = { AUTH_ISSUER: 'https://login.markers.example/', AUTH_AUDIENCE: 'markernotes' };
const jwt = (claims: object) =>
  new SignJWT({ sub: EMAIL, role: 'admin', iss: TOKENS.AUTH_ISSUER, aud: TOKENS.AUTH_AUDIENCE, ...claims })
    .setProtectedHeader({ alg: 'ES256' })
    .setExpirationTime('1h')
    .sign(privateKey);

/** Valid and invalid credentials of every kind. */
async function provokeAccess(url: string): Promise<void> {
  const query = '{ leadStats { totalCount } }';
  const good = await jwt({});
  expect(await send(url, { query }, { authorization: `Bearer ${good}` })).toContain('data');
  for (const authorization of [
    `Bearer ${TOKEN}`,
    `Basic ${Buffer.from(`${EMAIL}:${PASSWORD}`).toString('base64')}`,
    `Bearer ${UNKNOWN_KEY}`,
    `Bearer ${key}x`,
    `Bearer ${good}x`,
    `Bearer ${await jwt({ aud: NOTES })}`,
    `Bearer ${await jwt({ role: EMAIL })}`,
    TOKEN,
  ]) {
    expect(await send(url, { query }, { authorization })).toMatch(/UNAUTHENTICATED|FORBIDDEN/);
    const client = connectSocket(url, undefined, { authorization });
    await answersTo(client, query)
      .next()
      .catch(() => undefined);
    await client.dispose();
  }
  for (const secret of [ROUTER_SECRET, TOKEN]) await send(url, { query }, { 'router-authorization': secret });
  for (const token of [METRICS_TOKEN, TOKEN]) {
    await fetch(new URL('/metrics', url), { headers: { authorization: `Bearer ${token}` } });
  }
}

/** Sends an invalid frame; graphql-ws prints the error of its socket. */
async function sendBrokenFrame(url: string): Promise<void> {
  const { port } = new URL(url);
  const socket = connectTo(Number(port), '127.0.0.1');
  const lines = [
    'GET /graphql HTTP/1.1',
    'Host: localhost',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Protocol: graphql-transport-ws',
  ];
  socket.on('error', () => undefined).write(`${lines.join('\r\n')}\r\n\r\n`);
  await once(socket, 'data');
  socket.resume().write(Buffer.from([0xff, 0xff]));
  await once(socket, 'close');
}

type Line = Readonly<Record<string, unknown>>;

const linesOf = ({ stdout }: Finished): Line[] =>
  stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line);

describe('the log of a server', () => {
  it('contains no secret, e-mail address, phone number or note, whatever fails', async () => {
    const server = await serve({
      ...TOKENS,
      AUTH_PUBLIC_KEY: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      ROUTER_SECRET,
      METRICS_TOKEN,
    });
    await provokeEverything(server);
    const finished = await server.stop();
    expect(finished.code).toBe(0);
    const lines = linesOf(finished);
    // The log is not empty: it contains the expected lines.
    for (const msg of ['request', 'websocket operation', 'recalculation ended', 'provider request']) {
      expect(lines.map((line) => line.msg)).toContain(msg);
    }
    expect(lines.filter(({ level }) => level === 'error').length).toBeGreaterThanOrEqual(2);
    expect(lines.map((line) => line.context)).toContain('console');
    const leaks = `${finished.stdout}${finished.stderr}`.split('\n').filter((line) => MARKERS.test(line));
    expect(leaks.filter((line) => !line.includes('"operation":"markernotes"'))).toEqual([]);
  }, 60_000);

  it('contains the SQLSTATE, but no message, of a database error during authentication', async () => {
    const server = await serve({ OPENROUTER_API_KEY: '', SUMMARY_PROVIDER: 'template' });
    await connection.rows('ALTER TABLE api_keys RENAME TO kept_keys');
    await connection.rows(`CREATE FUNCTION leak() RETURNS boolean LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'no room for ${EMAIL}, ${PHONE}, ${UNKNOWN_KEY}, postgres://crm:${PASSWORD}@db/crm'
        USING ERRCODE = '53000'; END $$`);
    await connection.rows('CREATE VIEW api_keys AS SELECT * FROM kept_keys WHERE leak()');
    const rejected = await send(server.url, { query: '{ leadStats { totalCount } }' });
    await connection.rows('DROP VIEW api_keys');
    await connection.rows('DROP FUNCTION leak');
    await connection.rows('ALTER TABLE kept_keys RENAME TO api_keys');
    expect(rejected).toContain('SERVICE_UNAVAILABLE');
    const { stdout, stderr } = await server.stop();
    expect(stdout).toContain('"code":"53000"');
    expect(stdout).not.toContain('no room for');
    expect(`${stdout}${stderr}`).not.toMatch(MARKERS);
  });

  it('contains the caller, outcome and id of every request, early rejections and sockets included', async () => {
    const server = await serve({
      LOG_LEVEL: 'info',
      OPENROUTER_API_KEY: '',
      SUMMARY_PROVIDER: 'template',
      RATE_LIMIT_AUTH_FAILURES_PER_MINUTE: '1',
    });
    await connection.rows('TRUNCATE rate_limits');
    const query = 'query Who { leadStats { totalCount } }';
    const wrong = { authorization: `Bearer ${UNKNOWN_KEY}` };
    const codeOf = (answer: string) => /"code":"(\w+)"/.exec(answer)?.[1];
    const outcomes = [
      codeOf(await send(server.url, { query }, { ...wrong, 'x-request-id': 'first' })),
      codeOf(await send(server.url, { query }, { ...wrong, 'x-request-id': 'second' })),
      codeOf(await send(server.url, '{', { 'x-request-id': 'third' })),
    ];
    expect(outcomes).toEqual(['UNAUTHENTICATED', 'RATE_LIMITED', 'BAD_REQUEST']);
    const client = connectSocket(server.url, undefined, { authorization: `Bearer ${key}` });
    for await (const answer of answersTo(client, query)) void answer;
    const rejected = await answersTo(client, 'query Who { nothing }')
      .next()
      .then(() => [])
      .catch((errors: unknown) => errors as { extensions: { requestId: string } }[]);
    await client.dispose();
    const lines = linesOf(await server.stop());
    const shown = lines
      .filter(({ msg }) => msg === 'request')
      .map(({ requestId, status, outcome, caller }) => [requestId, status, outcome, caller]);
    expect(shown).toEqual([
      ['first', 401, 'UNAUTHENTICATED', undefined],
      ['second', 429, 'RATE_LIMITED', undefined],
      ['third', 400, 'BAD_REQUEST', 'key:1'],
    ]);
    const [done, failed] = lines.filter(({ msg }) => msg === 'websocket operation');
    expect(done).toMatchObject({ operation: 'Who', outcome: 'OK', caller: 'key:1' });
    expect(done?.requestId).toMatch(/^[\da-f-]{36}$/);
    expect(failed).toMatchObject({
      outcome: 'GRAPHQL_VALIDATION_FAILED',
      caller: 'key:1',
      requestId: rejected[0]?.extensions.requestId,
    });
    expect(failed?.requestId).not.toBe(done?.requestId);
  });

  it('has one line per request, loses none at shutdown, and omits health checks', async () => {
    const server = await serve({ LOG_LEVEL: 'info', OPENROUTER_API_KEY: '', SUMMARY_PROVIDER: 'template' });
    const query = 'query Many($first: Int) { leadsConnection(first: $first) { nodes { id } } }';
    for (let time = 0; time < 20; time += 1) {
      await send(server.url, { query, variables: { first: 1 } }, { 'x-request-id': `many-${time}` });
      await fetch(new URL('/health/ready', server.url));
    }
    const lines = linesOf(await server.stop());
    const requests = lines.filter(({ msg }) => msg === 'request');
    expect(requests.map(({ requestId }) => requestId)).toEqual(
      Array.from({ length: 20 }, (_, time) => `many-${time}`),
    );
    const [last = {}] = requests.slice(-1);
    expect(last).toMatchObject({
      level: 'info',
      requestId: 'many-19',
      method: 'POST',
      path: '/graphql',
      status: 200,
      operation: 'Many',
      operationType: 'query',
      outcome: 'OK',
    });
    expect(last.time).toMatch(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/);
    expect([typeof last.durationMs, typeof last.bytes]).toEqual(['number', 'number']);
  });

  it('is readable in development, and empty at level warn', async () => {
    const readable = await serve({ NODE_ENV: 'development', LOG_LEVEL: 'info' });
    await send(readable.url, { query: 'query Shown { leadStats { totalCount } }' });
    expect((await readable.stop()).stdout).toMatch(/INFO.*: request \{.*"operation":"Shown"/);
    const quiet = await serve({ LOG_LEVEL: 'warn' });
    await send(quiet.url, { query: '{ leadStats { totalCount } }' });
    const { stdout, stderr } = await quiet.stop();
    expect([linesOf({ stdout } as Finished), stderr]).toEqual([[], '']);
    expect(stdout).toMatch(/ready at/);
  });

  it('stays small under a flood of unauthenticated requests, and counts omitted lines', async () => {
    const server = await serve({
      LOG_LEVEL: 'info',
      OPENROUTER_API_KEY: '',
      SUMMARY_PROVIDER: 'template',
      ROUTER_SECRET,
      METRICS_TOKEN,
    });
    const host = new URL(server.url);
    const query = '{ leadStats { totalCount } }';
    const unknownKey = () => `lsk_${Math.ceil(Math.random() * 1e8)}_${'x'.repeat(43)}`;
    const attempts: (() => Promise<unknown>)[] = [
      () => send(server.url, { query }, { authorization: `Bearer ${unknownKey()}` }),
      () => send(server.url, { query }, { authorization: 'Bearer lsk_malformed' }),
      () => send(server.url, { query }, { authorization: '' }),
      () => send(server.url, { query }, { authorization: '', 'router-authorization': 'wrong' }),
      () => fetch(new URL(`/unknown-${Math.random()}`, host)),
      () => fetch(new URL('/%', host)),
      () => fetch(new URL('/metrics', host), { headers: { authorization: 'Bearer wrong' } }),
      () =>
        answersTo(connectSocket(server.url, undefined, { authorization: 'Bearer lsk_wrong' }), query).next(),
      () => sendBrokenFrame(server.url),
    ];
    for (let round = 0; round < 50; round += 1) {
      await Promise.all(attempts.map((attempt) => attempt().catch(() => undefined)));
    }
    const lines = linesOf(await server.stop());
    expect(lines.length).toBeLessThan(200);
    const left = lines.filter(({ msg }) => msg === 'similar lines left out');
    const requests = lines.filter(({ msg }) => msg === 'request').length;
    const omitted = left.filter(({ kind }) => String(kind).startsWith('info request'));
    // Of the seven attempts over HTTP, /metrics and the path that cannot be decoded have no request line.
    expect(omitted.reduce((sum, { count }) => sum + Number(count), requests)).toBe(5 * 50);
    expect(left.map(({ kind }) => kind)).toContain('console');
  }, 60_000);
});
