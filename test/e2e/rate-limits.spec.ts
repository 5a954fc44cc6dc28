import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { once } from 'node:events';
import { Sequelize } from 'sequelize';
import request, { type Response } from 'supertest';
import { WebSocket } from 'ws';
import { RateStore } from '../../src/rate-limits/rate-store.js';
import { type Api, startApi } from '../support/api.js';
import { createApiKey } from '../support/api-key.js';
import { connect, type Connection, untilWaiting } from '../support/connection.js';
import { answersTo, connectSocket, type SocketAnswer } from '../support/websocket.js';

let base: Api;
let database: Connection;
let key: string;
let otherKey: string;
const open: Api[] = [];
beforeAll(async () => {
  base = await startApi();
  database = await connect(base.databaseUrl);
  key = await createApiKey(base.databaseUrl);
  otherKey = await createApiKey(base.databaseUrl, 'viewer');
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((api) => api.close()));
  await database.rows('TRUNCATE rate_limits');
});
afterAll(async () => {
  await database.close();
  await base.close();
});

/** One more server on the same database. */
async function replica(environment: Record<string, string>): Promise<Api> {
  const api = await startApi(environment, base.databaseUrl);
  open.push(api);
  return api;
}
const post = (api: Api, query = '{ __typename }', headers: Record<string, string> = {}): Promise<Response> =>
  request(api.app.getHttpServer())
    .post('/graphql')
    .set(headers)
    .send({ query })
    .then((response) => response);
const statuses = (responses: readonly Response[]) => responses.map(({ status }) => status).sort();
const create = (count: number) =>
  `mutation { ${Array.from({ length: count }, (_, index) => `m${index}: createLead(createLeadInput: { firstName: "A", lastName: "B", email: "${Math.random()}@example.com", status: "new" }) { id }`).join(' ')} }`;
const leadCount = async () =>
  (await database.rows<{ count: number }>('SELECT count(*)::int AS count FROM leads'))[0]?.count;
const codeOf = (response: Response) =>
  (response.body as { errors?: { extensions: { code: string } }[] }).errors?.[0]?.extensions.code;

describe('requests of a caller', () => {
  it('are accepted up to the limit, and then rejected until the minute ends', async () => {
    const api = await replica({ RATE_LIMIT_PER_MINUTE: '5' });
    for (let sent = 0; sent < 5; sent += 1) expect((await post(api)).status).toBe(200);
    const rejected = await post(api);
    expect(rejected.status).toBe(429);
    expect(rejected.body).toMatchObject({
      errors: [
        { extensions: { code: 'RATE_LIMITED', limit: 5, retryAfterSeconds: expect.any(Number) as unknown } },
      ],
    });
    const seconds = Number(rejected.headers['retry-after']);
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(await api.countStatements(() => post(api))).toBe(0);
  });

  it('are counted over all replicas together', async () => {
    const replicas = await Promise.all([1, 2].map(() => replica({ RATE_LIMIT_PER_MINUTE: '5' })));
    const sent = Array.from({ length: 16 }, () => replicas[Math.floor(Math.random() * 2)] ?? base);
    const answers = await Promise.all(sent.map((api) => post(api)));
    expect(statuses(answers)).toEqual([...Array<number>(5).fill(200), ...Array<number>(11).fill(429)]);
  });

  it('need few database statements', async () => {
    const api = await replica({ RATE_LIMIT_PER_MINUTE: '1000' });
    const statements = await api.recordStatements(async () => {
      for (let sent = 0; sent < 40; sent += 1) await post(api);
    });
    expect(statements.filter(({ text }) => text.includes('take_rate_points'))).toHaveLength(2);
  });

  it('are accepted again in the next minute, and expired counts are removed', async () => {
    const api = await replica({ RATE_LIMIT_WRITES_PER_MINUTE: '1' });
    expect((await post(api, create(1))).status).toBe(200);
    expect((await post(api, create(1))).status).toBe(429);
    await database.rows(`UPDATE rate_limits SET "endsAt" = now() - interval '1 second'`);
    expect((await post(api, create(1))).status).toBe(200);
    await database.rows(`UPDATE rate_limits SET "endsAt" = now() - interval '1 second'`);
    const sequelize = new Sequelize(base.databaseUrl, { logging: false });
    await new RateStore(sequelize).removeExpired();
    await sequelize.close();
    expect(await database.rows('SELECT FROM rate_limits')).toEqual([]);
  });

  it('are counted per key, not per address', async () => {
    const api = await replica({
      AUTH: 'on',
      RATE_LIMIT_PER_MINUTE: '1',
      TRUST_PROXY: '127.0.0.1,::1,::ffff:127.0.0.1',
    });
    const using = (key: string, address: string) =>
      post(api, undefined, { authorization: `Bearer ${key}`, 'x-forwarded-for': address });
    expect((await using(key, '203.0.113.1')).status).toBe(200);
    expect((await using(otherKey, '203.0.113.1')).status).toBe(200);
    expect((await using(key, '203.0.113.2')).status).toBe(429);
  });

  it('are rejected with SERVICE_UNAVAILABLE if they cannot be counted', async () => {
    const api = await replica({ RATE_LIMIT_PER_MINUTE: '5' });
    const lockHolder = await connect(base.databaseUrl);
    await lockHolder.rows('BEGIN');
    await lockHolder.rows('LOCK TABLE rate_limits');
    const rejected = post(api);
    await untilWaiting(database);
    await database.rows(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    const answer = await rejected;
    expect([answer.status, (answer.body as { errors: unknown[] }).errors]).toMatchObject([
      503,
      [{ extensions: { code: 'SERVICE_UNAVAILABLE' } }],
    ]);
    await lockHolder.close();
  });
});

describe('mutations', () => {
  it('count one by one, under any alias, and are rejected together before any is executed', async () => {
    const api = await replica({ RATE_LIMIT_WRITES_PER_MINUTE: '5' });
    expect((await post(api, create(3))).status).toBe(200);
    const before = await leadCount();
    const rejected = await post(api, create(3));
    expect([rejected.status, codeOf(rejected)]).toEqual([429, 'RATE_LIMITED']);
    expect(Number(rejected.headers['retry-after'])).toBeGreaterThan(0);
    expect(await leadCount()).toBe(before);
    // Rejected mutations do not count.
    expect((await post(api, create(2))).status).toBe(200);
    expect((await post(api, create(1))).status).toBe(429);
    expect((await post(api)).status).toBe(200);
  });

  it('are limited exactly on two replicas with random requests', async () => {
    const replicas = await Promise.all([1, 2].map(() => replica({ RATE_LIMIT_WRITES_PER_MINUTE: '5' })));
    const answers = await Promise.all(
      Array.from({ length: 14 }, () => post(replicas[Math.floor(Math.random() * 2)] ?? base, create(1))),
    );
    expect(statuses(answers)).toEqual([...Array<number>(5).fill(200), ...Array<number>(9).fill(429)]);
  });

  it.each([
    ['RATE_LIMIT_BULK_PER_MINUTE', 'mutation { recalculateAllScores { count } }'],
    ['RATE_LIMIT_BULK_PER_MINUTE', 'mutation { regenerateSummaries { id } }'],
    ['RATE_LIMIT_SUMMARIES_PER_MINUTE', 'mutation { regenerateSummary(id: 4711) { id } }'],
  ])('that are bulk operations have a limit of their own: %s, %s', async (setting, mutation) => {
    const api = await replica({ [setting]: '2', RATE_LIMIT_WRITES_PER_MINUTE: '5' });
    expect((await post(api, mutation)).status).toBe(200);
    expect((await post(api, mutation)).status).toBe(200);
    expect((await post(api, mutation)).status).toBe(429);
    // Rejected mutations do not count towards other limits either.
    expect((await post(api, create(3))).status).toBe(200);
  });

  it('count over WebSocket as over HTTP', async () => {
    const api = await replica({ RATE_LIMIT_PER_MINUTE: '3', RATE_LIMIT_WRITES_PER_MINUTE: '1' });
    await api.app.listen(0, '127.0.0.1');
    const client = connectSocket(`${await api.app.getUrl()}/graphql`);
    const code = async (query: string) =>
      answersTo(client, query)
        .next()
        .then(({ value }) => (value as SocketAnswer).errors?.[0]?.extensions?.code)
        .catch((thrown: unknown) => (thrown as NonNullable<SocketAnswer['errors']>)[0]?.extensions?.code);
    expect(await code(create(1))).toBeUndefined();
    expect(await code(create(1))).toBe('RATE_LIMITED');
    expect(await code('{ __typename }')).toBeUndefined();
    expect(await code('{ __typename }')).toBe('RATE_LIMITED');
    await client.dispose();
  });
});

describe('authentication failures', () => {
  const LIMIT = { AUTH: 'on', RATE_LIMIT_AUTH_FAILURES_PER_MINUTE: '2' };
  const wrong = { authorization: 'Bearer lsk_1_wrong' };
  const from = (address: string) => ({ ...wrong, 'x-forwarded-for': address });
  const statusOf = async (api: Api, headers: Record<string, string>) =>
    (await post(api, undefined, headers)).status;

  it('of one address are limited over all replicas, and further ones return RATE_LIMITED', async () => {
    const first = await replica(LIMIT);
    const second = await replica(LIMIT);
    expect(await statusOf(first, wrong)).toBe(401);
    expect(await statusOf(second, wrong)).toBe(401);
    for (const api of [first, second]) {
      const rejected = await post(api, undefined, wrong);
      expect([rejected.status, codeOf(rejected)]).toEqual([429, 'RATE_LIMITED']);
      expect(Number(rejected.headers['retry-after'])).toBeGreaterThan(0);
    }
    // A valid credential is still accepted from the same address.
    expect(await statusOf(first, { authorization: `Bearer ${key}` })).toBe(200);
  });

  it('count for the address that a trusted proxy sends', async () => {
    const api = await replica({ ...LIMIT, TRUST_PROXY: '127.0.0.1,::1,::ffff:127.0.0.1' });
    expect(await statusOf(api, from('203.0.113.1'))).toBe(401);
    expect(await statusOf(api, from('203.0.113.1'))).toBe(401);
    expect(await statusOf(api, from('203.0.113.9, 203.0.113.1'))).toBe(429);
    expect(await statusOf(api, from('203.0.113.2'))).toBe(401);
  });

  it('count for the real address if no proxy is trusted', async () => {
    const api = await replica(LIMIT);
    expect(await statusOf(api, from('203.0.113.1'))).toBe(401);
    expect(await statusOf(api, from('203.0.113.2'))).toBe(401);
    expect(await statusOf(api, from('203.0.113.3'))).toBe(429);
  });

  const unknownKey = (id: number) => ({ authorization: `Bearer lsk_${id}_${'x'.repeat(43)}` });

  it('are rejected without the database after the limit', async () => {
    const api = await replica(LIMIT);
    expect(await statusOf(api, unknownKey(1))).toBe(401);
    expect(await statusOf(api, unknownKey(2))).toBe(401);
    expect(await statusOf(api, unknownKey(3))).toBe(429);
    const statements = await api.countStatements(async () => {
      for (let id = 4; id < 44; id += 1) expect(await statusOf(api, unknownKey(id))).toBe(429);
    });
    // The server reads the keys again when its copy is four seconds old.
    expect(statements).toBeLessThanOrEqual(2);
    expect(await statusOf(api, { authorization: `Bearer ${key}` })).toBe(200);
  });

  it('at the same time share reads of the database', async () => {
    const api = await replica({ AUTH: 'on', RATE_LIMIT_AUTH_FAILURES_PER_MINUTE: '0' });
    await post(api, undefined, unknownKey(1));
    const statements = await api.countStatements(() =>
      Promise.all(Array.from({ length: 40 }, (_, id) => post(api, undefined, unknownKey(id + 1)))),
    );
    expect(statements).toBeLessThanOrEqual(4);
  });

  it('count over sockets too, for the address that a trusted proxy sends', async () => {
    const api = await replica({ ...LIMIT, TRUST_PROXY: '1' });
    await api.app.listen(0, '127.0.0.1');
    const socketFrom = async (address: string): Promise<number> => {
      const url = `${(await api.app.getUrl()).replace(/^http/, 'ws')}/graphql`;
      const socket = new WebSocket(url, 'graphql-transport-ws', { headers: { 'x-forwarded-for': address } });
      await once(socket, 'open');
      socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: 'Bearer lsk_1_x' } }));
      const [code] = (await once(socket, 'close')) as [number];
      return code;
    };
    expect(await socketFrom('2001:db8:1:1::1')).toBe(4403);
    expect(await socketFrom('[2001:db8:1:1:ffff::2]:4711')).toBe(4403);
    expect(await socketFrom('2001:db8:1:1::3')).toBe(4429);
    expect(await statusOf(api, from('2001:db8:1:1::4'))).toBe(429);
    expect(await socketFrom('2001:db8:1:2::1')).toBe(4403);
  });

  it('with router secrets and metrics tokens count too', async () => {
    const secret = 'a secret of routers, of 32 characters or more';
    const api = await replica({
      ...LIMIT,
      ROUTER_SECRET: secret,
      METRICS_TOKEN: 'metrics-token-0123456789abcdef',
    });
    const withSecret = (value: string) =>
      statusOf(api, { authorization: `Bearer ${key}`, 'router-authorization': value });
    const metrics = async (token: string) =>
      (await request(api.app.getHttpServer()).get('/metrics').set('authorization', `Bearer ${token}`)).status;
    expect(await withSecret(`${secret}x`)).toBe(200);
    expect(await metrics('wrong')).toBe(401);
    expect(await metrics('wrong again')).toBe(429);
    expect(await withSecret('')).toBe(429);
    expect(await withSecret(secret)).toBe(200);
    expect(await metrics('metrics-token-0123456789abcdef')).toBe(200);
  });
});
