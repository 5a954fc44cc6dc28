import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type FuzzServer, startFuzzServer } from '../../support/fuzz/fuzz-server.js';

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

/** What the generators have found, each of which was a fault of the server's own before. A new one is added here. */
const FOUND: [string, FoundCase][] = [
  ['an entity of no type', { query: ENTITIES, variables: '{"v":[{"id":1}]}', code: 'BAD_USER_INPUT' }],
  [
    'an entity of an unknown type',
    { query: ENTITIES, variables: '{"v":[{"__typename":"Nobody"}]}', code: 'BAD_USER_INPUT' },
  ],
  [
    'an entity of a type that is none',
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
    'a type of a variable that is a list of a list, 1,900 deep',
    {
      query: `query ($v: ${'['.repeat(1900)}Int${']'.repeat(1900)}) { lead(id: $v) { id } }`,
      code: 'GRAPHQL_VALIDATION_FAILED',
    },
  ],
  ['fragments within each other, 2,000 deep', { query: nestedFragments(2000), code: 'QUERY_TOO_LONG' }],
  ['fragments within each other, 700 deep', { query: nestedFragments(700), code: undefined }],
  [
    'one field 10,000 times',
    { query: `{ leadsConnection { nodes { ${'id '.repeat(10_000)} } } }`, code: 'QUERY_TOO_LONG' },
  ],
  [
    'one field 3,000 times, which is within the limit of tokens',
    { query: `{ leadsConnection { nodes { ${'id '.repeat(3000)} } } }`, code: 'QUERY_TOO_REPETITIVE' },
  ],
  ['several operations of which none is named', { query: SEVERAL, code: 'OPERATION_RESOLUTION_FAILURE' }],
  [
    'so many wrong variables that GraphQL.js gives up',
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

describe('a case that was found', () => {
  it.each(FOUND)('is answered like any other, however often it comes: %s', async (_, found) => {
    const body = `{"query":${JSON.stringify(found.query)},"variables":${found.variables ?? '{}'}}`;
    for (let time = 0; time < 4; time += 1) {
      const answer = await server.send({ body });
      expect(await server.faultOf({ body })).toBeNull();
      const { errors } = answer.body as { errors?: { extensions: { code: string } }[] };
      expect(errors?.[0]?.extensions.code).toBe(found.code);
    }
  });

  it('is answered in the shape of all errors where a path cannot be read', async () => {
    const { status, body } = await server.send({ method: 'GET', path: '/%' });
    expect({ status, body }).toMatchObject({
      status: 400,
      body: { errors: [{ extensions: { code: 'BAD_REQUEST', requestId: expect.any(String) } }] },
    });
  });
});
