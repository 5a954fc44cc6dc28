import { describe, expect, it } from 'vitest';
import { Kind, parse } from 'graphql';
import { isCompilable } from '../../../src/graphql/compiled-queries/compilable.js';

function isTaken(query: string): boolean {
  const document = parse(query);
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  if (operation === undefined) throw new Error('There is no operation.');
  return isCompilable(document, operation);
}

describe('a query is compiled', () => {
  it.each([
    '{ leads { id __typename } }',
    'query ($search: String) { leadsConnection(first: 5, filter: { search: $search }) { nodes { id } } }',
    'query ($all: Boolean!) { leads { ...F @include(if: $all) } } fragment F on Lead { id }',
  ])('where it is plain: %s', (query) => {
    expect(isTaken(query)).toBe(true);
  });

  it.each([
    ['a mutation', 'mutation { removeLead(id: 1) }'],
    ['a subscription', 'subscription { recalculationProgress(id: 1) { id } }'],
    ['a text', '{ leadsConnection(filter: { search: "a" }) { nodes { id } } }'],
    ['a text of several lines', '{ leadsConnection(filter: { search: """a""" }) { nodes { id } } }'],
    ['a text in a list', '{ leadsConnection(filter: { status: ["won"] }) { nodes { id } } }'],
    ['a text as a default', 'query ($a: String = "a") { leadsConnection(after: $a) { nodes { id } } }'],
    ['a text in a fragment', '{ ...F } fragment F on Query { leadsConnection(after: "a") { nodes { id } } }'],
    [
      'a text of another operation',
      'query A { leads { id } } query B { leadsConnection(after: "a") { nodes { id } } }',
    ],
    ['a name that every JavaScript object has', '{ constructor: leads { id } }'],
    ['a fragment of such a name', '{ ...toString } fragment toString on Query { leads { id } }'],
    ['an enum value of such a name', '{ leads(order: valueOf) { id } }'],
    ['a very long name', `{ ${'a'.repeat(102)}: leads { id } }`],
    ['another directive', '{ leads @defer { id } }'],
    ['a type definition', '{ leads { id } } scalar Text'],
    ['introspection', '{ __schema { types { name } } }'],
    ['a name that JavaScript knows', '{ __proto__: leads { id } }'],
    [
      'a variable of such a name',
      'query ($__proto__: Int) { leadsConnection(first: $__proto__) { nodes { id } } }',
    ],
  ])('not where it has %s', (_, query) => {
    expect(isTaken(query)).toBe(false);
  });

  const fields = (count: number) => Array.from({ length: count }, (__, index) => `f${index}: id`).join(' ');

  it('not where it asks for more than 500 fields', () => {
    expect(isTaken(`{ leads { ${fields(499)} } }`)).toBe(true);
    expect(isTaken(`{ leads { ${fields(500)} } }`)).toBe(false);
  });

  it('not where fragments make it larger than it looks, however much larger', () => {
    const layers = Array.from(
      { length: 60 },
      (__, index) =>
        `fragment F${index} on Lead { a: interactions { ...F${index + 1} } b: interactions { ...F${index + 1} } }`,
    );
    expect(isTaken(`{ leads { ...F0 } } ${layers.join(' ')} fragment F60 on Lead { id }`)).toBe(false);
  });
});
