import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getIntrospectionQuery } from 'graphql';
import request from 'supertest';
import { WebSocket } from 'ws';
import { READY_QUERIES } from '../../graphiql/ready-queries.js';
import { type Api, startApi } from '../support/api.js';
import { withConnection } from '../support/connection.js';
import { insertLead } from '../support/fixtures.js';
import { answersTo, connectSocket, type SocketAnswer } from '../support/websocket.js';

const LIMITS = {
  QUERY_MAX_TOKENS: '90',
  QUERY_MAX_DEPTH: '3',
  QUERY_MAX_FIELDS: '20',
  QUERY_MAX_ALIASES: '4',
  QUERY_MAX_DIRECTIVES: '3',
  QUERY_MAX_DUPLICATE_FIELDS: '2',
  QUERY_MAX_MUTATIONS: '2',
  QUERY_MAX_COST: '1000',
  LEADS_LIST_LIMIT: '200',
  INTERACTIONS_LIST_LIMIT: '396',
};

let small: Api;
let usual: Api;
let url: string;
beforeAll(async () => {
  small = await startApi(LIMITS);
  usual = await startApi({ QUERY_MAX_COST: '60000' });
  await withConnection(usual.databaseUrl, (connection) => insertLead(connection));
  await small.app.listen(0, '127.0.0.1');
  url = `${await small.app.getUrl()}/graphql`;
});
afterAll(async () => {
  await small.close();
  await usual.close();
});

const times = (count: number, part: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => part(index)).join(' ');
const aliases = (count: number) => `{ ${times(count, (index) => `a${index}: __typename`)} }`;
const fields = (count: number) =>
  `{ ...F ...F } fragment F on Query { __typename ${times(count / 2 - 1, (index) =>
    index % 2 === 0 ? '... { __typename }' : '... on Query { __typename }',
  )} }`;
const removals = (count: number) =>
  `mutation { ...M } fragment M on Mutation { ${times(
    count,
    (index) => `m${index}: removeLead(id: ${index + 900})`,
  )} }`;
const skip = '@skip(if: false)';
// 1 + 1 for the connection, and 1 for each node
const page = (first: number, before = 'a') => `${before}: leadsConnection(first: ${first}) { nodes { id } }`;
const nested = (depth: number) => `${'['.repeat(depth)}"new"${']'.repeat(depth)}`;
const filtered = (depth: number) =>
  `{ leadsConnection(filter: { status: ${nested(depth - 1)} }) { totalCount } }`;

/** Commas are not tokens; a comment is one. */
const tokens = (count: number) =>
  `{ leadsConnection(filter: { status: [${'"new",'.repeat(count - 17)}] }) { totalCount } } # and so on`;

/** A document just within a limit, one just above it, and the error for the latter. */
const CASES: readonly [what: string, within: string, above: string, code: string, limit: number][] = [
  ['tokens', tokens(90), tokens(91), 'QUERY_TOO_LONG', 90],
  [
    'levels',
    '{ leadsConnection { nodes { id } } }',
    '{ leadsConnection { edges { node { id } } } }',
    'QUERY_TOO_DEEP',
    3,
  ],
  [
    'levels in fragments',
    '{ leadsConnection { ...C } } fragment C on LeadConnection { ... { nodes { ...L } } } fragment L on Lead { id }',
    '{ leadsConnection { ...C } } fragment C on LeadConnection { edges { node { ...L } } } fragment L on Lead { id }',
    'QUERY_TOO_DEEP',
    3,
  ],
  ['levels of a value', filtered(2), filtered(4), 'QUERY_TOO_DEEP', 3],
  ['aliases', aliases(4), aliases(5), 'QUERY_TOO_MANY_ALIASES', 4],
  [
    'aliases in fragments',
    '{ ...A ...A } fragment A on Query { a: __typename b: __typename }',
    '{ ...A ...A c: __typename } fragment A on Query { a: __typename b: __typename }',
    'QUERY_TOO_MANY_ALIASES',
    4,
  ],
  [
    'directives',
    `{ ... ${skip} { __typename ${skip} } ...F ${skip} } fragment F on Query { __typename }`,
    `{ ... ${skip} { __typename ${skip} } ...F ${skip} } fragment F on Query { __typename ${skip} }`,
    'QUERY_TOO_MANY_DIRECTIVES',
    3,
  ],
  [
    'repeated fields',
    '{ __typename __typename }',
    '{ __typename __typename __typename }',
    'QUERY_TOO_MANY_DUPLICATES',
    2,
  ],
  [
    'directives in one place',
    '{ __typename @skip(if: false) @include(if: true) }',
    '{ __typename @aa @aa @aa }',
    'QUERY_TOO_MANY_DUPLICATES',
    2,
  ],
  ['mutations', removals(2), removals(3), 'QUERY_TOO_MANY_MUTATIONS', 2],
  ['fields', fields(20), fields(22), 'QUERY_TOO_MANY_FIELDS', 20],
  [
    'objects',
    `{ leads { id } ${page(100)} ${page(100, 'b')} ${page(100, 'c')} ${page(100, 'd')} interactions { id } }`,
    `{ leads { id } ${page(100)} ${page(100, 'b')} ${page(100, 'c')} ${page(100, 'd')} interactions { id } lead(id: 1) { id } }`,
    'QUERY_TOO_COMPLEX',
    1000,
  ],
];

const overSocket = async (query: string, variables?: Record<string, unknown>) => {
  const client = connectSocket(url);
  try {
    return ((await answersTo(client, query, variables).next()).value as SocketAnswer).errors ?? [];
  } catch (thrown) {
    return thrown as NonNullable<SocketAnswer['errors']>;
  } finally {
    await client.dispose();
  }
};

describe('a document', () => {
  it.each(CASES)('is rejected if it has more %s than the limit', async (what, within, above, code, limit) => {
    const taken = await small.send(within);
    expect(taken.errors?.map(({ extensions }) => extensions.code) ?? []).not.toContain(code);
    // These documents are within the limit but invalid for another reason.
    if (!['tokens', 'mutations', 'levels of a value'].includes(what)) expect(taken.errors).toBeUndefined();
    const rejected = await request(small.app.getHttpServer()).post('/graphql').send({ query: above });
    expect(rejected.status).toBe(400);
    const { errors, data } = rejected.body as { errors: { extensions: object }[]; data?: unknown };
    expect(data).toBeUndefined();
    expect(errors.map(({ extensions }) => extensions)).toMatchObject([{ code, limit }]);

    expect((await overSocket(within)).map(({ extensions }) => extensions?.code)).not.toContain(code);
    expect((await overSocket(above)).map(({ extensions }) => extensions)).toMatchObject([{ code, limit }]);
  });

  it('is rejected if its variables are deeper than the limit', async () => {
    const query = 'query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }';
    const deep = (key: unknown) => ({ r: [{ __typename: 'Lead', id: '1', key }] });
    expect((await small.send(query, deep([1]))).errors).toBeUndefined();
    expect(await small.codeOf(query, deep([[1]]))).toBe('QUERY_TOO_DEEP');
    // Entities are for routers, which use no sockets.
    const filtered = 'query ($f: LeadFilterInput) { leadsConnection(filter: $f) { totalCount } }';
    const score = (min: unknown) => overSocket(filtered, { f: { score: { min } } });
    expect(await score(1)).toEqual([]);
    expect((await score([[1]]))[0]?.extensions?.code).toBe('QUERY_TOO_DEEP');
  });

  it('is rejected by the cost that its variables cause', async () => {
    const query =
      'query ($r: [_Any!]!, $n: Int = 100) { _entities(representations: $r) { ... on Lead { interactionsConnection(first: $n) { nodes { id } } } } }';
    const errorFor = async (count: number, n?: number | null) =>
      (
        await usual.send(query, {
          r: Array.from({ length: count }, () => ({ __typename: 'Lead', id: '1' })),
          n,
        })
      ).errors?.[0]?.extensions;
    expect(await errorFor(588, 100)).toBeUndefined();
    expect(await errorFor(2_858, 19)).toMatchObject({
      code: 'QUERY_TOO_COMPLEX',
      limit: 60_000,
      actual: 60_018,
    });
    expect(await errorFor(588)).toBeUndefined();
    expect(await errorFor(589)).toMatchObject({
      code: 'QUERY_TOO_COMPLEX',
      limit: 60_000,
      actual: 589 * 102,
    });
    // Null means the default page size.
    expect(await errorFor(2_000, null)).toBeUndefined();
    for (const n of [-1, -2_147_483_648]) expect((await errorFor(1, n))?.code).toBe('BAD_USER_INPUT');
    expect((await errorFor(589, 2_147_483_647))?.code).toBe('QUERY_TOO_COMPLEX');
  });

  it.each([
    ['[', `{ lead(id: ${'['.repeat(3_900)}`],
    ['{', `{ a${'{a'.repeat(1_900)}`],
    ['[ of 400 kB', `{ lead(id: ${'['.repeat(400_000)}`],
    ['{ with its }', `${'{ a '.repeat(1_900)}${'}'.repeat(1_900)}`],
  ])('with deeply nested %s is rejected with a code', async (_, query) => {
    expect(await usual.codeOf(query)).toMatch(/^(QUERY_TOO_LONG|QUERY_TOO_DEEP|GRAPHQL_PARSE_FAILED)$/);
  });

  it('is rejected without expanding its fragments if they grow exponentially', async () => {
    const bomb = `{ ...F0 } ${times(60, (index) => `fragment F${index} on Query { ...F${index + 1} ... { ...F${index + 1} } }`)} fragment F60 on Query { __typename }`;
    expect((await usual.send(bomb)).errors).toMatchObject([
      { extensions: { code: 'QUERY_TOO_MANY_FIELDS', limit: 1_000 } },
    ]);
    expect(await usual.codeOf('{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }')).toBe(
      'GRAPHQL_VALIDATION_FAILED',
    );
    expect(await usual.codeOf('{ ...Unknown }')).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  it('is validated in time if it is as expensive as the limits allow', async () => {
    // All fields overlap, so validation compares each spread with every other.
    const query = `{ ${times(150, (index) => `... on Query { lead(id: 1) { id ...F${index % 30} } }`)} } ${times(30, (index) => `fragment F${index} on Lead { id email firstName }`)}`;
    const started = performance.now();
    expect((await usual.send(query)).errors).toBeUndefined();
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('is rejected if it repeats a field 10,000 times', async () => {
    expect(await usual.codeOf(`{ ${'__typename '.repeat(10_000)} }`)).toBe('QUERY_TOO_LONG');
  });
});

describe('the default limits', () => {
  const contract = readFileSync(new URL('../contract.graphql', import.meta.url), 'utf8');

  it('let clients request every field of each lead', async () => {
    const fieldsOf = (type: string) =>
      [
        ...(new RegExp(`type ${type}\\b[^{]*\\{([^}]*)\\}`).exec(contract)?.[1] ?? '').matchAll(
          /^\s*(\w+):/gm,
        ),
      ]
        .map(([, name]) => name ?? '')
        .filter((name) => name !== 'interactions');
    expect(fieldsOf('Lead')).toContain('activityScore');
    const query = `{ leads { ${fieldsOf('Lead').join(' ')} interactions { ${fieldsOf('Interaction').join(' ')} } } }`;
    expect((await usual.send(query)).errors).toBeUndefined();
  });

  it('allow introspection in development', async () => {
    expect(
      (await usual.send(getIntrospectionQuery({ inputValueDeprecation: true, oneOf: true }))).errors,
    ).toBeUndefined();
  });

  it('allow every ready query', async () => {
    for (const { document, variables } of READY_QUERIES.flatMap(({ queries }) => queries)) {
      if (/^subscription|recalculate|regenerate/m.test(document)) continue;
      expect(String(await usual.codeOf(document, variables && { ...variables }))).not.toMatch(
        /^(QUERY|TOO|RATE)/,
      );
    }
  });
});

describe('a body', () => {
  it('is rejected if it has more bytes than the limit', async () => {
    const api = await startApi({ MAX_BODY_BYTES: '2000' }, small.databaseUrl);
    const send = (bytes: number) => {
      const body = '{"query":"{ __typename } #"}';
      return request(api.app.getHttpServer())
        .post('/graphql')
        .set('content-type', 'application/json')
        .send(`${body.slice(0, -2)}${'x'.repeat(bytes - body.length)}"}`);
    };
    expect((await send(2_000)).body).toEqual({ data: { __typename: 'Query' } });
    const rejected = await send(2_001);
    expect(rejected.status).toBe(413);
    expect(rejected.body).toMatchObject({ errors: [{ extensions: { code: 'PAYLOAD_TOO_LARGE' } }] });
    await api.close();
  });
});

describe('a WebSocket message', () => {
  it('closes the socket if it has more bytes than a body may have', async () => {
    const api = await startApi({ MAX_BODY_BYTES: '2000' }, small.databaseUrl);
    await api.app.listen(0, '127.0.0.1');
    /** Sends a message of that size. @returns the close code of the socket, or null if the server answers */
    const send = async (bytes: number) => {
      const socket = new WebSocket(
        `${(await api.app.getUrl()).replace('http', 'ws')}/graphql`,
        'graphql-transport-ws',
      );
      const closed = once(socket, 'close') as Promise<[number]>;
      await once(socket, 'open');
      socket.send('{"type":"connection_init"}');
      await once(socket, 'message');
      const message = '{"id":"1","type":"subscribe","payload":{"query":"{ __typename } #"}}';
      socket.send(`${message.slice(0, -3)}${'x'.repeat(bytes - message.length)}"}}`);
      const answered = once(socket, 'message').then(() => null);
      const outcome = await Promise.race([answered, closed.then(([code]) => code)]);
      socket.terminate();
      return outcome;
    };
    expect(await send(2_000)).toBeNull();
    expect(await send(2_001)).toBe(1009);
    await api.close();
  });
});
