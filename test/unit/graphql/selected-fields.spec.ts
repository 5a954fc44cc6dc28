import { describe, expect, it } from 'vitest';
import { type FieldNode, type FragmentDefinitionNode, Kind, parse } from 'graphql';
import { readForConnection } from '../../../src/graphql/selected-fields.js';

/** Returns the info that the resolver of the only field of a query gets. */
function infoOf(query: string) {
  const { definitions } = parse(query);
  const fragments = Object.fromEntries(
    definitions
      .filter(
        (definition): definition is FragmentDefinitionNode => definition.kind === Kind.FRAGMENT_DEFINITION,
      )
      .map((fragment) => [fragment.name.value, fragment]),
  );
  const operation = definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  return { fieldNodes: operation?.selectionSet.selections as FieldNode[], fragments };
}

describe('readForConnection', () => {
  const fieldsFor = readForConnection(({ ofNodes }) => [...ofNodes].sort());

  it.each([
    ['{ list { nodes { a b } } }', ['a', 'b']],
    ['{ list { edges { cursor node { a } } nodes { b } totalCount } }', ['a', 'b']],
    ['{ list { other: nodes { x: a } } }', ['a']],
    ['{ list { ...F } } fragment F on C { nodes { a ...G } } fragment G on N { b }', ['a', 'b']],
    ['{ list { ... on C { edges { ... { node { ... on N { a } } } } } } }', ['a']],
    ['query ($is: Boolean!) { list { nodes { a @include(if: $is) b @skip(if: true) } } }', ['a', 'b']],
    ['{ list { pageInfo { hasNextPage } } }', []],
    ['{ list { nodes { a } } list { nodes { b } } }', ['a', 'b']],
    ['{ list { nodes { a { deep } } } }', ['a']],
  ])('passes the selected fields of nodes: %s', (query, fields) => {
    expect(fieldsFor(infoOf(query))).toEqual(fields);
  });

  it('passes the selected fields of the connection', () => {
    const ofConnection = readForConnection((selection) => [...selection.ofConnection].sort());
    expect(
      ofConnection(infoOf('{ list { x: nodes { a } ...F } } fragment F on C { pageInfo { hasNextPage } }')),
    ).toEqual(['nodes', 'pageInfo']);
  });

  it('computes the result once for each field of a document', () => {
    let count = 0;
    const read = readForConnection(() => [(count += 1)]);
    const info = infoOf('{ list { nodes { a } } }');
    expect([read(info), read({ ...info, fieldNodes: [...info.fieldNodes] })]).toEqual([[1], [1]]);
  });

  it('computes the result separately if the field is merged with another field', () => {
    const { fieldNodes, fragments } = infoOf('{ list { nodes { a } } list { nodes { b } } }');
    expect(fieldsFor({ fieldNodes: fieldNodes.slice(0, 1), fragments })).toEqual(['a']);
    expect(fieldsFor({ fieldNodes, fragments })).toEqual(['a', 'b']);
  });
});
