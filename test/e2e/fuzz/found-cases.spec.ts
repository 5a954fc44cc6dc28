import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FuzzServer, startFuzzServer } from '../../support/fuzz/fuzz-server.js';
import { nullsOf } from '../../support/fuzz/null-arguments.js';
import { readSchema } from '../../support/fuzz/schema-documents.js';
import { defectOf } from '../../support/fuzz/verdict.js';
import { answersTo, connectSocket } from '../../support/websocket.js';

let server: FuzzServer;

beforeAll(async () => {
  server = await startFuzzServer();
});
afterAll(() => server.close());

interface FoundCase {
  readonly query: string;
  /** JSON. */
  readonly variables?: string;
  readonly code: string | undefined;
}

const ENTITIES = 'query ($v: [_Any!]!) { _entities(representations: $v) { __typename } }';
const SEVERAL = 'query A { __typename } query B { __typename }';
const CREATE = 'mutation ($v: CreateLeadInput!) { createLead(createLeadInput: $v) { id } }';

function chainOfFragments(length: number): string {
  const fragments = Array.from({ length }, (_, i) => `fragment F${i} on Query { ...F${i + 1} }`);
  return `{ ...F0 } ${fragments.join(' ')} fragment F${length} on Query { __typename }`;
}

function nestedFragments(depth: number): string {
  return `{ leadsConnection { nodes { ${'... on Lead { '.repeat(depth)} id ${'}'.repeat(depth)} } } }`;
}

/** Inputs that the generators have found; each of them once caused an internal error. New ones belong here. */
const FOUND: [string, FoundCase][] = [
  ['an entity of no type', { query: ENTITIES, variables: '{"v":[{"id":1}]}', code: 'BAD_USER_INPUT' }],
  [
    'an entity of an unknown type',
    { query: ENTITIES, variables: '{"v":[{"__typename":"Nobody"}]}', code: 'BAD_USER_INPUT' },
  ],
  [
    'an entity of a type without a key',
    { query: ENTITIES, variables: '{"v":[{"__typename":"Query"}]}', code: 'BAD_USER_INPUT' },
  ],
  ['an entity that is a number', { query: ENTITIES, variables: '{"v":[1]}', code: 'BAD_USER_INPUT' }],
  [
    'an entity with an object for an id',
    { query: ENTITIES, variables: '{"v":[{"__typename":"Lead","id":{"toString":1}}]}', code: undefined },
  ],
  [
    'a document that is nested too deeply for the parser',
    { query: `{ lead(id: ${'['.repeat(9000)}1${']'.repeat(9000)}) { id } }`, code: 'QUERY_TOO_DEEP' },
  ],
  ['a chain of 500 fragments', { query: chainOfFragments(500), code: 'QUERY_TOO_LONG' }],
  [
    'a chain of 400 fragments, which is within the limit of tokens',
    { query: chainOfFragments(400), code: undefined },
  ],
  [
    'a variable whose type consists of 1,900 nested lists',
    {
      query: `query ($v: ${'['.repeat(1900)}Int${']'.repeat(1900)}) { lead(id: $v) { id } }`,
      code: 'GRAPHQL_VALIDATION_FAILED',
    },
  ],
  ['2,000 nested fragments', { query: nestedFragments(2000), code: 'QUERY_TOO_LONG' }],
  ['700 nested fragments', { query: nestedFragments(700), code: undefined }],
  [
    'one field 10,000 times',
    { query: `{ leadsConnection { nodes { ${'id '.repeat(10_000)} } } }`, code: 'QUERY_TOO_LONG' },
  ],
  [
    'one field 3,000 times, which is within the limit of tokens',
    { query: `{ leadsConnection { nodes { ${'id '.repeat(3000)} } } }`, code: 'QUERY_TOO_MANY_DUPLICATES' },
  ],
  ['several operations without operationName', { query: SEVERAL, code: 'OPERATION_RESOLUTION_FAILURE' }],
  [
    'so many invalid values that GraphQL.js stops listing them',
    {
      query: 'query ($v: [String!]) { leadsConnection(filter: { status: $v }) { totalCount } }',
      variables: `{"v":[${Array.from({ length: 60 }, () => '1').join()}]}`,
      code: 'BAD_USER_INPUT',
    },
  ],
  [
    'half a surrogate pair in an e-mail',
    {
      query: CREATE,
      variables: '{"v":{"firstName":"a","lastName":"b","email":"a\\ud800@example.com"}}',
      code: 'BAD_USER_INPUT',
    },
  ],
];

describe('an input that once caused an internal error', () => {
  it.each(FOUND)('has the same response each time it is sent: %s', async (_, found) => {
    const body = `{"query":${JSON.stringify(found.query)},"variables":${found.variables ?? '{}'}}`;
    for (let time = 0; time < 4; time += 1) {
      const answer = await server.send({ body });
      expect(await server.defectOf({ body })).toBeNull();
      const { errors } = answer.body as { errors?: { extensions: { code: string } }[] };
      expect(errors?.[0]?.extensions.code).toBe(found.code);
    }
  });

  it('returns an error in the usual format if it is a path that cannot be decoded', async () => {
    const { status, body } = await server.send({ method: 'GET', path: '/%' });
    expect({ status, body }).toMatchObject({
      status: 400,
      body: { errors: [{ extensions: { code: 'BAD_REQUEST', requestId: expect.any(String) as unknown } }] },
    });
  });
});

describe('a null', () => {
  const send = async (query: string, variables: object) => {
    const { body } = await server.send({ body: JSON.stringify({ query, variables }) });
    return body as {
      data?: Record<string, unknown>;
      errors?: { message: string; extensions: { code: string } }[];
    };
  };

  it('never causes an internal error, wherever the schema accepts a value', async () => {
    const nulls = nullsOf(readSchema(), server.leadIds[2] ?? 0);
    const names = nulls.map(({ name }) => name);
    for (const place of [
      'recalculations(first)',
      'regenerateSummary(force)',
      '@include(if)',
      'Lead.interactionsConnection(first)',
      'leadsConnection(filter).score.min',
      'leadsConnection(filter).status[]',
      'updateLead(updateLeadInput).phone',
    ])
      expect(names).toContain(`${place}: null for a variable with a default`);
    const wrong = await Promise.all(
      nulls.map(async ({ name, query, variables }) => {
        // From the third time on, a query is compiled.
        for (let time = 0; time < (query.startsWith('query') ? 4 : 1); time += 1) {
          const defect = await server.defectOf({ body: JSON.stringify({ query, variables }) });
          if (defect !== null) return `${name}: ${defect}`;
        }
        return null;
      }),
    );
    expect(wrong.filter((defect) => defect !== null)).toEqual([]);
  }, 60_000);

  it('for a variable means the default if null is not allowed, and null otherwise', async () => {
    const recalculations = 'query ($n: Int) { recalculations(first: $n) { nodes { id } } }';
    expect(await send(recalculations, { n: null })).toEqual(await send(recalculations, {}));
    const shown = 'query ($v: Boolean = true) { __typename @include(if: $v) }';
    expect(await send(shown, { v: null })).toEqual({ data: { __typename: 'Query' } });
    const hidden = 'query ($v: Boolean = true) { a: __typename b: __typename @skip(if: $v) }';
    for (let time = 0; time < 4; time += 1)
      expect(await send(hidden, { v: null })).toEqual({ data: { a: 'Query' } });
    const phone =
      'mutation ($id: Int!, $v: String = "1") { updateLead(updateLeadInput: { id: $id, phone: $v }) { phone } }';
    // Other tests remove the first lead.
    const id = server.leadIds[2];
    expect(await send(phone, { id })).toEqual({ data: { updateLead: { phone: '1' } } });
    expect(await send(phone, { id, v: null })).toEqual({ data: { updateLead: { phone: null } } });
  });

  it('means the same over a socket', async () => {
    const client = connectSocket(server.url);
    const first = async (query: string, variables: Record<string, unknown>) =>
      (await answersTo(client, query, variables).next()).value as unknown;
    expect(await first('query ($v: Boolean = true) { __typename @include(if: $v) }', { v: null })).toEqual({
      data: { __typename: 'Query' },
    });
    const batch = 'subscription ($id: ID = "999999") { summaryBatchProgress(id: $id) { id } }';
    expect(await first(batch, { id: null })).toMatchObject({
      errors: [{ extensions: { code: 'NOT_FOUND' } }],
    });
    await client.dispose();
  });
});

const LONG = 'x'.repeat(300_000);
const MANY = Object.fromEntries(Array.from({ length: 30_000 }, (_, index) => [`unknown${index}`, 1]));
const FIND = 'query ($id: Int!) { lead(id: $id) { id } }';
const LIST = 'query ($v: LeadFilterInput) { leadsConnection(filter: $v) { totalCount } }';
const RECORD =
  'mutation ($v: CreateInteractionInput!) { createInteraction(createInteractionInput: $v) { id } }';

/** Requests that are invalid and long. */
const LONG_ERRORS: [
  string,
  { readonly query: string; readonly variables?: object; readonly operationName?: string },
][] = [
  ['unknown keys of a variable', { query: CREATE, variables: { v: MANY } }],
  ['a long unknown key', { query: CREATE, variables: { v: { [LONG]: 1 } } }],
  ['a long text for a number', { query: FIND, variables: { id: LONG } }],
  ['a long date', { query: RECORD, variables: { v: { type: 'CALL', date: LONG, leadId: 1 } } }],
  [
    'a long value of an enum',
    { query: RECORD, variables: { v: { type: LONG, date: '2026-01-01', leadId: 1 } } },
  ],
  ['a long text', { query: LIST, variables: { v: { search: LONG } } }],
  [
    'a long list',
    { query: LIST, variables: { v: { status: Array.from({ length: 80_000 }, () => 'aaaaaaaa') } } },
  ],
  [
    'a list of wrong items',
    { query: LIST, variables: { v: { status: Array.from({ length: 200_000 }, () => 1) } } },
  ],
  [
    'a long cursor',
    { query: 'query ($c: String) { leadsConnection(after: $c) { totalCount } }', variables: { c: LONG } },
  ],
  [
    'a long e-mail',
    { query: CREATE, variables: { v: { firstName: 'a', lastName: 'b', email: `${LONG}@example.com` } } },
  ],
  ['a long id', { query: 'query ($id: ID!) { recalculation(id: $id) { id } }', variables: { id: LONG } }],
  ['a long type of an entity', { query: ENTITIES, variables: { v: [{ __typename: LONG }] } }],
  ['a long id of an entity', { query: ENTITIES, variables: { v: [{ __typename: 'Lead', id: LONG }] } }],
  ['a long name of an operation', { query: SEVERAL, operationName: LONG }],
  ['a long name in the document', { query: `query ${LONG} { __typename }` }],
  ['a long unknown field', { query: `{ ${LONG} }` }],
  ['a long alias', { query: `{ ${LONG}: __typename }` }],
  ['a long argument', { query: `{ lead(${LONG}: 1) { id } }` }],
  ['a long literal for a number', { query: `{ lead(id: "${LONG}") { id } }` }],
  ['a long number', { query: `{ lead(id: ${'1'.repeat(300_000)}) { id } }` }],
  [
    'a long literal of an enum',
    { query: `{ leadsConnection(orderBy: { field: ${LONG}, direction: ASC }) { totalCount } }` },
  ],
  [
    'a long literal date',
    { query: `{ leadsConnection(filter: { lastContactAfter: "${LONG}" }) { totalCount } }` },
  ],
  ['a long text that does not end', { query: `{ lead(id: "${LONG}` }],
  ['a long word in place of a document', { query: LONG }],
  [
    'many unknown fields',
    { query: `{ ${Array.from({ length: 900 }, (_, index) => `unknown${index}`).join(' ')} }` },
  ],
  [
    'many wrong items of a literal',
    { query: `{ leadsConnection(filter: { status: [${'1,'.repeat(3_900)}] }) { totalCount } }` },
  ],
  [
    'a wrong page of many entities',
    {
      query:
        'query ($v: [_Any!]!) { _entities(representations: $v) { ... on Lead { interactionsConnection(first: 0) { totalCount } } } }',
      variables: { v: Array.from({ length: 10_000 }, () => ({ __typename: 'Lead', id: '1' })) },
    },
  ],
];

describe('an error about long input', () => {
  it.each(LONG_ERRORS)(
    'has a short response in time: %s',
    async (name, { query, variables, operationName }) => {
      const body = JSON.stringify({ query, variables, operationName });
      for (let time = 0; time < 4; time += 1) {
        const started = performance.now();
        const answer = await server.send({ body });
        expect(performance.now() - started).toBeLessThan(5_000);
        expect(defectOf(answer, server.insideNames)).toBeNull();
        const { errors = [] } = answer.body as { errors?: object[] };
        // The data contains a null for each entity.
        if (!name.includes('entities')) expect(JSON.stringify(answer.body).length).toBeLessThan(10_000);
        expect(JSON.stringify(errors).length).toBeLessThan(10_000);
        expect(errors.length).toBeLessThanOrEqual(10);
      }
    },
    60_000,
  );

  it('has a short response over a socket', async () => {
    const client = connectSocket(server.url);
    for (const [, { query, variables }] of LONG_ERRORS) {
      const answer = await answersTo(client, query, variables as Record<string, unknown>)
        .next()
        .then(
          ({ value }) => value as unknown,
          (errors: unknown) => errors,
        );
      expect(JSON.stringify(answer).length).toBeLessThan(10_000);
    }
    await client.dispose();
  }, 60_000);

  it.each([
    ['a path', { method: 'GET', path: `/${'x'.repeat(12_000)}` }],
    ['a media type', { headers: { 'content-type': `application/${'x'.repeat(12_000)}` }, body: '{}' }],
    [
      'an accepted media type',
      {
        headers: { 'content-type': 'application/json', accept: `application/${'x'.repeat(12_000)}` },
        body: '{"query":"{ __typename }"}',
      },
    ],
    [
      'an id of a request',
      {
        headers: { 'content-type': 'application/json', 'x-request-id': 'x'.repeat(12_000) },
        body: '{"query":"{ no }"}',
      },
    ],
  ])('quotes little of %s', async (_, sent) => {
    expect(JSON.stringify((await server.send(sent)).body).length).toBeLessThan(1_000);
  });
});
