import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { buildSchema, type GraphQLObjectType, type OperationDefinitionNode, parse } from 'graphql';
import { costOf } from '../../../src/graphql/limits/query-cost.js';

const SCHEMA = buildSchema(`
  type Query { all: [Point!]! leads: [Lead!]! page(first: Int, last: Int): Page! }
  type Page { nodes: [Lead!]! edges: [Edge!]! }
  type Edge { node: Lead! }
  type Lead { id: ID all: [Point!] page(first: Int, last: Int): Page! points: [Point!] line(count: Int = 60): [Point!] }
  type Point { x: Int }
`);

// In the server, decorators add these extensions.
for (const field of [
  SCHEMA.getQueryType()?.getFields().all,
  (SCHEMA.getType('Lead') as GraphQLObjectType).getFields().all,
]) {
  if (field !== undefined) field.extensions = { listOf: 'points' };
}

const { line } = (SCHEMA.getType('Lead') as GraphQLObjectType).getFields();
if (line !== undefined) line.extensions = { sizedBy: { argument: 'count', standard: 60, max: 500 }, cost: 3 };

function cost(text: string, variables: Record<string, unknown> = {}): number {
  const document = parse(text);
  const rowCounts = { points: 700 };
  const costWith = costOf(SCHEMA, document, document.definitions[0] as OperationDefinitionNode);
  return costWith({ variables, rowCounts }).total;
}

describe('the cost of a query', () => {
  it('is the number of objects in the response if all pages are full', () => {
    expect(cost('{ page(first: 7) { nodes { id } } }')).toBe(1 + 7);
    expect(cost('{ page(last: 7) { edges { node { id } } } }')).toBe(1 + 7 * 2);
    expect(cost('{ page { nodes { id } } }')).toBe(1 + 20);
    expect(cost('{ leads { points { x } } }')).toBe(10 * (1 + 10));
    expect(
      cost('{ page(first: 3) { ...P } } fragment P on Page { nodes { page(first: 5) { nodes { id } } } }'),
    ).toBe(1 + 3 * (1 + 1 + 5));
  });

  it('includes the maximum length of a list without pages, once for all parents', () => {
    expect(cost('{ all { x } }')).toBe(700);
    expect(cost('{ page(first: 30) { nodes { all { x } } } }')).toBe(1 + 30 + 700);
    expect(cost('{ page(first: 0) { nodes { all { x } } } }')).toBe(1);
    expect(cost('{ a: all { x } b: all { x } }')).toBe(1_400);
  });

  it('uses the argument that sets the length of a list, up to its maximum', () => {
    const query = 'query ($n: Int) { page(first: 2) { nodes { line(count: $n) { x } } } }';
    const lines = (count: number) => 1 + 2 * (1 + count + 3);
    expect(cost('{ page(first: 2) { nodes { line { x } } } }')).toBe(lines(60));
    expect(cost('{ page(first: 2) { nodes { line(count: 7) { x } } } }')).toBe(lines(7));
    expect(cost(query, { n: 500 })).toBe(lines(500));
    expect(cost(query, { n: null })).toBe(lines(60));
    expect(cost(query)).toBe(lines(60));
    expect(cost(query, { n: 501 })).toBe(lines(500));
    expect(cost(query, { n: -1 })).toBe(lines(0));
  });

  it('uses the value of a variable, its default, or the default page size', () => {
    const query = 'query ($n: Int = 30) { page(first: $n) { nodes { id } } }';
    expect(cost(query, { n: 5 })).toBe(6);
    expect(cost(query)).toBe(31);
    expect(cost(query, { n: null })).toBe(21);
    expect(cost('query ($n: Int) { page(first: $n) { nodes { id } } }')).toBe(21);
  });

  it('multiplies nested pages, and clamps invalid sizes', () => {
    const size = fc.oneof(
      fc.integer(),
      fc.double(),
      fc.string(),
      fc.constantFrom(null, Infinity, -0, [], {}),
    );
    const query =
      'query ($a: Int, $b: Int) { page(first: $a) { nodes { page(last: $b) { nodes { id } } } } }';
    fc.assert(
      fc.property(size, size, (a, b) => {
        const sum = cost(query, { a, b });
        expect(sum).toBeGreaterThanOrEqual(1);
        expect(sum).toBeLessThanOrEqual(1 + 100 * (1 + 1 + 100));
      }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 }), (a, b) => {
        expect(cost(query, { a, b })).toBe(1 + a * (1 + 1 + b));
      }),
    );
  });
});
