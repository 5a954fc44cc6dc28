import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import request from 'supertest';
import { type Api, startApi } from '../support/api.js';
import { createApiKey } from '../support/api-key.js';
import { createTestDatabase } from '../support/test-database.js';
import { answersTo, connectSocket, type SocketAnswer } from '../support/websocket.js';

let api: Api;
let drop: () => Promise<void>;
/** Of a viewer: unauthenticated callers get the same error for every request. */
let authorization: string;
beforeAll(async () => {
  const database = await createTestDatabase();
  drop = () => database.drop();
  authorization = `Bearer ${await createApiKey(database.url, 'viewer')}`;
  api = await startApi(
    {
      NODE_ENV: 'production',
      DATABASE_URL: database.url,
      SUMMARY_PROVIDER: 'template',
      CORS_ORIGINS: 'https://crm.example.com',
    },
    database.url,
  );
  await api.app.listen(0, '127.0.0.1');
});
afterAll(async () => {
  await api.close();
  await drop();
});

interface Body {
  data?: Record<string, unknown>;
  errors?: { message: string; extensions: Record<string, unknown> }[];
}

const send = async (query: string, variables: Record<string, unknown>) => {
  const response = await request(api.app.getHttpServer())
    .post('/graphql')
    .set('authorization', authorization)
    .send({ query, variables });
  return response.body as Body;
};

/** Sends a query as scanners do, which accept any media type. */
const post = async (query: string) => {
  const response = await request(api.app.getHttpServer())
    .post('/graphql')
    .set('authorization', authorization)
    .set('accept', '*/*')
    .send({ query, operationName: 'cop' });
  return response.body as Body;
};
const get = (query?: string, accept = '*/*') =>
  request(api.app.getHttpServer())
    .get('/graphql')
    .set('authorization', authorization)
    .query(query === undefined ? {} : { query })
    .set('accept', accept);

/** The checks of graphql-cop (github.com/dolevf/graphql-cop, lib/tests), each with its condition for a finding. */
describe('a public scanner finds no', () => {
  it('alias overloading', async () => {
    const aliases = Array.from({ length: 101 }, (_, index) => `alias${index}:__typename`).join(' \n');
    expect((await post(`query cop { ${aliases} }`)).data?.alias100).toBeUndefined();
  });

  it('batches', async () => {
    const batch = Array.from({ length: 10 }, () => ({ query: 'query cop { __typename }' }));
    const answer = await request(api.app.getHttpServer())
      .post('/graphql')
      .set('authorization', authorization)
      .send(batch);
    expect(Array.isArray(answer.body)).toBe(false);
  });

  it('introspection, circular or other', async () => {
    const circular =
      'query cop { __schema { types { fields { type { fields { type { fields { type { fields { type { name } } } } } } } } } } }';
    expect((await post(circular)).data).toBeUndefined();
    expect((await post('query cop { __schema { types { name fields { name } } } }')).data).toBeUndefined();
    expect((await post('query cop { __type(name: "Lead") { name } }')).data).toBeUndefined();
  });

  it('directive overloading', async () => {
    for (const count of [10, 30, 100]) {
      const { errors } = await post(`query cop { __typename ${'@aa'.repeat(count)} }`);
      expect(errors).toHaveLength(1);
    }
  });

  it('field duplication', async () => {
    expect((await post(`query cop { ${'__typename \n'.repeat(500)} }`)).data).toBeUndefined();
  });

  it('suggestions', async () => {
    for (const query of [
      'query cop { __schema { directive } }',
      'query cop { lead }',
      'query cop { lead(id: 1) { firstNam } }',
      'query cop { leed(id: 1) { id } }',
      'query cop { leadsConnection(frist: 1) { nodes { id } } }',
      'query cop { lead(id: 1) { ... on Leed { id } } }',
      'query cop { leadsConnection(filter: { statu: "new" }) { totalCount } }',
      'query cop { leadsConnection(orderBy: { field: SCOR }) { totalCount } }',
    ]) {
      const { errors } = await post(query);
      expect(errors?.length).toBeGreaterThan(0);
      expect(JSON.stringify(errors)).not.toContain('Did you mean');
    }
  });

  it('suggestions in errors about variables', async () => {
    const query = 'query cop($o: LeadOrderInput) { leadsConnection(orderBy: $o) { totalCount } }';
    for (const o of [{ field: 'SCOR' }, { field: 'SCORE', direktion: 'ASC' }]) {
      const { errors } = await send(query, { o });
      expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
      expect(JSON.stringify(errors)).not.toContain('Did you mean');
    }
  });

  it('operations by GET that a page of another site could send', async () => {
    expect(((await get('query cop {__typename}')).body as Body).data).toBeUndefined();
    for (const accept of ['*/*', 'application/json']) {
      expect(((await get('mutation cop {__typename}', accept)).body as Body).data).toBeUndefined();
    }
  });

  it('forms', async () => {
    const answer = await request(api.app.getHttpServer())
      .post('/graphql')
      .set('authorization', authorization)
      .type('form')
      .send({ query: 'query cop { __typename }' });
    expect((answer.body as Body).data).toBeUndefined();
  });

  it('page for trying queries', async () => {
    for (const path of ['/graphql', '/graphiql', '/playground', '/console', '/altair']) {
      const { text } = await request(api.app.getHttpServer()).get(path).set('accept', 'text/html');
      expect(text).not.toMatch(/graphiql\.min\.css|GraphQL Playground|GraphiQL|graphql-playground/);
    }
  });

  it('traces, stacks or exceptions', async () => {
    const answer = await post('query cop { __typename }');
    expect(answer).toEqual({ data: { __typename: 'Query' } });
    const { errors } = await post('qwerty cop { abc }');
    expect(Object.keys(errors?.[0]?.extensions ?? {}).sort()).toEqual(['code', 'requestId']);
  });
});

describe('a WebSocket', () => {
  it.each([
    ['{ __schema { types { name } } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['{ __type(name: "Lead") { name } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['{ lead(id: 1) { firstNam } }', 'GRAPHQL_VALIDATION_FAILED'],
    [
      'query ($o: LeadOrderInput = { field: SCOR }) { leadsConnection(orderBy: $o) { totalCount } }',
      'GRAPHQL_VALIDATION_FAILED',
    ],
  ])('reveals no more than HTTP for %s', async (query, code) => {
    const client = connectSocket(`${await api.app.getUrl()}/graphql`, undefined, { authorization });
    const errors = await answersTo(client, query)
      .next()
      .then(({ value }) => (value as SocketAnswer).errors)
      .catch((thrown: unknown) => thrown as SocketAnswer['errors']);
    expect(errors?.[0]?.extensions?.code).toBe(code);
    expect(JSON.stringify(errors)).not.toContain('Did you mean');
    await client.dispose();
  });

  it('closes after a message that is longer than a body may be', async () => {
    const client = connectSocket(`${await api.app.getUrl()}/graphql`, undefined, { authorization });
    let closed: unknown;
    client.on('closed', (event) => (closed = (event as { code: number }).code));
    await answersTo(client, `{ __typename } #${'x'.repeat(1_048_576)}`)
      .next()
      .catch(() => undefined);
    expect(closed).toBe(1009);
    await client.dispose();
  });
});

describe('a response', () => {
  it('forbids browsers to load content, to guess its type and to show it in a frame', async () => {
    const { headers } = await request(api.app.getHttpServer())
      .post('/graphql')
      .set('authorization', authorization)
      .send({ query: '{ __typename }' });
    expect(headers).toMatchObject({
      'content-security-policy': "default-src 'none';frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'strict-transport-security': expect.stringContaining('max-age=') as unknown,
    });
    expect(headers).not.toHaveProperty('x-powered-by');
  });

  it('allows only configured origins to read it, and varies by origin', async () => {
    const from = async (origin: string) =>
      (
        await request(api.app.getHttpServer())
          .post('/graphql')
          .set('authorization', authorization)
          .set('origin', origin)
          .send({ query: '{ __typename }' })
      ).headers as Record<string, string>;
    const listed = await from('https://crm.example.com');
    expect(listed['access-control-allow-origin']).toBe('https://crm.example.com');
    expect(listed.vary).toMatch(/origin/i);
    for (const origin of [
      'https://crm.example.com.evil.test',
      'http://crm.example.com',
      'null',
      'http://localhost',
    ]) {
      const other = await from(origin);
      expect(other).not.toHaveProperty('access-control-allow-origin');
      expect(other).not.toHaveProperty('access-control-allow-credentials');
    }
  });
});
