import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import fc from 'fast-check';
import {
  execute,
  getNamedType,
  type GraphQLError,
  type GraphQLObjectType,
  type GraphQLSchema,
  isCompositeType,
  isObjectType,
  Kind,
  parse,
  validate,
} from 'graphql';
import { DemoService } from '../../src/demo/demo.service.js';
import { CompiledQueries } from '../../src/graphql/compiled-queries/compiled-queries.js';
import { type Api, startApi } from '../support/api.js';

let api: Api;
let schema: GraphQLSchema;

beforeAll(async () => {
  api = await startApi();
  await api.app.get(DemoService, { strict: false }).load();
  ({ schema } = api.app.get(GraphQLSchemaHost, { strict: false }));
});
afterAll(() => api.close());

/** Root fields with their arguments, some of which are rejected. */
const ROOTS = [
  'leads',
  'lead(id: $id)',
  'interactions',
  'interaction(id: $id)',
  'interactionsByLead(leadId: $id)',
  'leadStats',
  'leadsConnection(first: $first, last: $last, filter: $filter, orderBy: $orderBy)',
  'leadsConnection(first: 3)',
  'leadsConnection(after: $after)',
  'recalculations(first: 5)',
  'recalculation(id: $id)',
];
const VARIABLES =
  '$id: Int!, $first: Int = 4, $last: Int, $after: String, $filter: LeadFilterInput, $orderBy: LeadOrderInput, $yes: Boolean!';

const nameOf = (root: string) => root.split('(', 1)[0] ?? '';

/** Random selections of a type down to a depth, with aliases, fragments and directives. */
function selection(type: GraphQLObjectType, depth: number): fc.Arbitrary<string> {
  const fields = Object.values(type.getFields()).filter(
    (field) => depth > 0 || !isCompositeType(getNamedType(field.type)),
  );
  if (fields.length === 0) return fc.constant('{ __typename }');
  const field = fc.constantFrom(...fields).chain(({ name, type: fieldType, args }) => {
    const inner = getNamedType(fieldType);
    const below = isObjectType(inner) ? selection(inner, depth - 1) : fc.constant('');
    const given = args.some((arg) => arg.name === 'first')
      ? fc.constantFrom('', '(first: 2)', '(first: 0)', '(last: 2)')
      : fc.constant('');
    // An alias always stands for the same field and arguments, so that selections can be merged.
    return fc
      .tuple(below, given, fc.constantFrom('', '', '@include(if: $yes)', '@skip(if: $yes)'), fc.nat(99))
      .map(
        ([selected, call, directive, number]) =>
          `a${number}${name}${call.replace(/\W/g, '')}${selected.length}: ${name}${call} ${directive} ${selected}`,
      );
  });
  return fc
    .tuple(fc.array(field, { minLength: 1, maxLength: 6 }), fc.constantFrom('plain', 'inline', 'typed'))
    .map(([selected, kind]) => {
      const all = `${selected.join(' ')} __typename`;
      if (kind === 'inline') return `{ ... { ${all} } }`;
      return kind === 'typed' ? `{ id: __typename ... on ${type.name} { ${all} } }` : `{ ${all} }`;
    });
}

const shown = ({ message, path, locations, originalError }: GraphQLError) => ({
  message,
  path,
  locations,
  cause: originalError?.message,
});
const inOrder = (errors: readonly GraphQLError[] | undefined) =>
  (errors ?? []).map((error) => JSON.stringify(shown(error))).sort();

describe('a compiled query', () => {
  it('returns the same result as GraphQL.js, including errors', async () => {
    const queryType = schema.getQueryType();
    const query = fc.array(fc.constantFrom(...ROOTS), { minLength: 1, maxLength: 3 }).chain((roots) =>
      fc
        .tuple(
          ...roots.map((root) => {
            const type = getNamedType(queryType?.getFields()[nameOf(root)]?.type);
            if (!isObjectType(type)) throw new Error(`There is no ${root}.`);
            return selection(type, 4);
          }),
        )
        .map(
          (selections) =>
            `query (${VARIABLES}) { ${roots.map((root, index) => `r${index}: ${root} ${selections[index]}`).join(' ')} used: leadsConnection(first: $first, last: $last, after: $after, filter: $filter, orderBy: $orderBy) { __typename } one: lead(id: $id) { id @include(if: $yes) } }`,
        ),
    );
    const variables = fc.record(
      {
        id: fc.constantFrom(1, 3, 99),
        first: fc.constantFrom(1, 4, 0),
        last: fc.constantFrom(2),
        after: fc.constantFrom('x', null),
        filter: fc.constantFrom({ status: ['won'] }, { search: 'a' }, { score: { min: 9, max: 1 } }, null),
        orderBy: fc.constantFrom({ field: 'NAME', direction: 'ASC' }, { field: 'SCORE', direction: 'DESC' }),
        yes: fc.boolean(),
      },
      { requiredKeys: ['id', 'yes'] },
    );
    let comparedCount = 0;
    let failedCount = 0;
    await fc.assert(
      fc.asyncProperty(query, variables, async (text, variableValues) => {
        const document = parse(text);
        // Different fields under one name make the query invalid.
        fc.pre(validate(schema, document).length === 0);
        const operation = document.definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
        if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('There is no operation.');
        const queries = new CompiledQueries();
        const incoming = { schema, document, operation, operationName: null, hash: text };
        const compiledQueries = Array.from({ length: 3 }, () => queries.compiledQueryFor(incoming));
        expect(compiledQueries.slice(0, 2)).toEqual([null, null]);
        if (compiledQueries[2] == null) return;
        const interpreted = await execute({ schema, document, variableValues, contextValue: {} });
        const answered = await compiledQueries[2].query(undefined, {}, variableValues);
        // Without data, the server leaves the query to GraphQL.js.
        if (answered.data === undefined) return;
        comparedCount += 1;
        if (interpreted.errors !== undefined) failedCount += 1;
        expect(JSON.parse(JSON.stringify(answered.data ?? null))).toEqual(
          JSON.parse(JSON.stringify(interpreted.data ?? null)),
        );
        expect(inOrder(answered.errors)).toEqual(inOrder(interpreted.errors));
      }),
      { numRuns: 150 },
    );
    expect(comparedCount).toBeGreaterThan(50);
    expect(failedCount).toBeGreaterThan(10);
  }, 120_000);
});

describe('a repeated query', () => {
  const LIST = `query ($first: Int, $after: String) {
    leadsConnection(first: $first, after: $after) { nodes { id scoreBreakdown { recency { reason } } } pageInfo { endCursor } } }`;
  const timesFour = async (query: string, variables?: Record<string, unknown>) => {
    const answers: unknown[] = [];
    for (let time = 0; time < 4; time += 1) {
      const answer = await api.send(query, variables);
      const errors = answer.errors?.map(({ extensions: { requestId, ...extensions }, ...error }) => ({
        ...error,
        extensions,
        hasRequestId: typeof requestId === 'string',
      }));
      answers.push(errors === undefined ? answer : { ...answer, errors });
    }
    return answers;
  };

  it.each<[string, string, Record<string, unknown>]>([
    ['a page', LIST, { first: 3 }],
    ['an invalid size', LIST, { first: 0 }],
    ['an invalid cursor', LIST, { after: 'x' }],
    ['a variable of a wrong type', LIST, { first: 'many' }],
    ['a missing variable', 'query ($id: Int!) { lead(id: $id) { id } }', {}],
    ['a lead that does not exist', 'query ($id: Int!) { lead(id: $id) { id } }', { id: 99 }],
    [
      'entities',
      'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Lead { id email } } }',
      {
        of: [
          { __typename: 'Lead', id: '1' },
          { __typename: 'Lead', id: '99' },
        ],
      },
    ],
  ])('returns the same response each time: %s', async (_, query, variables) => {
    const [first, ...others] = await timesFour(query, variables);
    expect(others).toEqual([first, first, first]);
  });

  it('never executes its text as code', async () => {
    const marker = '__MAGIC_DATE__33a9e76d_02e0_4128_8e92_3530ad3da74d';
    const places = globalThis as { isExecuted?: boolean };
    const query = `{ leadsConnection(filter: { search: "${marker}globalThis.isExecuted=true" }) { nodes { id } } }`;
    expect(await timesFour(query)).toEqual(Array(4).fill({ data: { leadsConnection: { nodes: [] } } }));
    const variable = { filter: { search: `${marker}globalThis.isExecuted=true` } };
    await timesFour(
      'query ($filter: LeadFilterInput) { leadsConnection(filter: $filter) { nodes { id } } }',
      variable,
    );
    expect(places.isExecuted).toBeUndefined();
  });

  describe('is compiled', () => {
    afterEach(() => {
      vi.restoreAllMocks();
    });

    it.each(['on', 'off'])('only if COMPILE_QUERIES is on: %s', async (COMPILE_QUERIES) => {
      const compiledQueryFor = vi.spyOn(CompiledQueries.prototype, 'compiledQueryFor');
      const other = await startApi({ COMPILE_QUERIES }, api.databaseUrl);
      for (let time = 0; time < 3; time += 1) await other.ask('{ leadStats { totalCount } }');
      await other.close();
      const compiled = compiledQueryFor.mock.results.filter(({ value }) => value !== null);
      expect(compiled).toHaveLength(COMPILE_QUERIES === 'on' ? 1 : 0);
    });
  });

  it('calls resolvers only for fields that are not plain properties', () => {
    const lead = schema.getType('Lead');
    if (!isObjectType(lead)) throw new Error('There is no Lead.');
    const resolved = Object.values(lead.getFields()).filter(({ resolve }) => resolve !== undefined);
    expect(resolved.map(({ name }) => name).sort()).toEqual([
      'history',
      'interactions',
      'interactionsConnection',
      'isOpen',
      'isScoreStale',
      'scoreAt',
      'scoreBand',
      'scoreBreakdown',
      'scoreFallsBelow',
      'scoreTimeline',
      'summaryDetail',
      'winRate',
    ]);
  });
});
