import { describe, expect, it } from 'vitest';
import { Kind, parse } from 'graphql';
import { isCompilable } from '../../../src/graphql/compiled-queries/compilable.js';

function canCompile(query: string): boolean {
  const document = parse(query);
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  if (operation === undefined) throw new Error('The document has no operation.');
  return isCompilable(document, operation);
}

describe('isCompilable', () => {
  it.each([
    '{ leads { id __typename } }',
    'query ($search: String) { leadsConnection(first: 5, filter: { search: $search }) { nodes { id } } }',
    'query ($all: Boolean!) { leads { ...F @include(if: $all) } } fragment F on Lead { id }',
  ])('is true for %s', (query) => {
    expect(canCompile(query)).toBe(true);
  });

  it.each([
    ['a mutation', 'mutation { removeLead(id: 1) }'],
    ['a subscription', 'subscription { recalculationProgress(id: 1) { id } }'],
    ['a string literal', '{ leadsConnection(filter: { search: "a" }) { nodes { id } } }'],
    ['a block string', '{ leadsConnection(filter: { search: """a""" }) { nodes { id } } }'],
    ['a string literal in a list', '{ leadsConnection(filter: { status: ["won"] }) { nodes { id } } }'],
    [
      'a string literal as a default',
      'query ($a: String = "a") { leadsConnection(after: $a) { nodes { id } } }',
    ],
    [
      'a string literal in a fragment',
      '{ ...F } fragment F on Query { leadsConnection(after: "a") { nodes { id } } }',
    ],
    [
      'a string literal in another operation',
      'query A { leads { id } } query B { leadsConnection(after: "a") { nodes { id } } }',
    ],
    ['an alias named constructor', '{ constructor: leads { id } }'],
    ['a fragment named toString', '{ ...toString } fragment toString on Query { leads { id } }'],
    ['an enum value named valueOf', '{ leads(order: valueOf) { id } }'],
    ['a very long alias', `{ ${'a'.repeat(102)}: leads { id } }`],
    ['a directive other than @skip and @include', '{ leads @defer { id } }'],
    ['a type definition', '{ leads { id } } scalar Text'],
    ['introspection', '{ __schema { types { name } } }'],
    ['an alias named __proto__', '{ __proto__: leads { id } }'],
    [
      'a variable named __proto__',
      'query ($__proto__: Int) { leadsConnection(first: $__proto__) { nodes { id } } }',
    ],
  ])('is false for %s', (_, query) => {
    expect(canCompile(query)).toBe(false);
  });

  const fields = (count: number) => Array.from({ length: count }, (__, index) => `f${index}: id`).join(' ');

  it('is false for more than 500 fields', () => {
    expect(canCompile(`{ leads { ${fields(499)} } }`)).toBe(true);
    expect(canCompile(`{ leads { ${fields(500)} } }`)).toBe(false);
  });

  it('is false if fragments expand to too many fields, even exponentially many', () => {
    const layers = Array.from(
      { length: 60 },
      (__, index) =>
        `fragment F${index} on Lead { a: interactions { ...F${index + 1} } b: interactions { ...F${index + 1} } }`,
    );
    expect(canCompile(`{ leads { ...F0 } } ${layers.join(' ')} fragment F60 on Lead { id }`)).toBe(false);
  });
});
