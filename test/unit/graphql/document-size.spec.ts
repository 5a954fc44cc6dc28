import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { type DocumentNode, Kind, OperationTypeNode, parse, type SelectionSetNode } from 'graphql';
import { sizeOf } from '../../../src/graphql/limits/document-size.js';

/** Documents whose fragments spread only later fragments, so that all can be expanded. */
const FRAGMENTS = 4;
const selections = (from: number): fc.Arbitrary<string> =>
  fc.letrec((tie) => ({
    set: fc.array(tie('one'), { minLength: 1, maxLength: 3 }).map((all) => `{ ${all.join(' ')} }`),
    one: fc.oneof(
      { depthSize: 'small', maxDepth: 4 },
      fc.constantFrom('x', 'y', 'b: x', 'x @d', 'b: y @d @e', 'x(a: [[1], { k: [2] }])'),
      tie('set').map((set) => `x ${set as string}`),
      tie('set').map((set) => `... @d ${set as string}`),
      from < FRAGMENTS
        ? fc.integer({ min: from, max: FRAGMENTS - 1 }).map((index) => `...F${index} @d`)
        : fc.constant('z'),
    ),
  })).set;
const documents = fc
  .tuple(
    fc.constantFrom('query', 'mutation'),
    selections(0),
    ...Array.from({ length: FRAGMENTS }, (_, index) => selections(index + 1)),
  )
  .map(([kind, operation, ...fragments]) =>
    [`${kind} ${operation}`, ...fragments.map((set, index) => `fragment F${index} on Query ${set}`)].join(
      '\n',
    ),
  );

/** Computes the size by expanding all fragments, at any cost. */
function sizeByExpansion(document: DocumentNode) {
  const fragments = Object.fromEntries(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition.selectionSet]] : [],
    ),
  );
  const size = { depth: 0, valueDepth: 0, fields: 0, aliases: 0, directives: 0, mutations: 0 };
  for (const definition of document.definitions) {
    if (!('selectionSet' in definition)) continue;
    const own = { fields: 0, aliases: 0, directives: 0, mutations: 0 };
    const walk = (set: SelectionSetNode | undefined, depth: number) => {
      for (const node of set?.selections ?? []) {
        own.directives += node.directives?.length ?? 0;
        if (node.kind !== Kind.FIELD) {
          walk(node.kind === Kind.FRAGMENT_SPREAD ? fragments[node.name.value] : node.selectionSet, depth);
          continue;
        }
        own.fields += 1;
        own.aliases += node.alias === undefined ? 0 : 1;
        if (depth === 1 && 'operation' in definition && definition.operation === OperationTypeNode.MUTATION)
          own.mutations += 1;
        // The value of the only argument has three levels.
        size.depth = Math.max(size.depth, depth);
        size.valueDepth = Math.max(size.valueDepth, node.arguments?.length ? 3 : 0);
        walk(node.selectionSet, depth + 1);
      }
    };
    walk(definition.selectionSet, 1);
    for (const key of ['fields', 'aliases', 'directives', 'mutations'] as const) {
      size[key] = Math.max(size[key], own[key]);
    }
  }
  return size;
}

describe('sizeOf', () => {
  it('returns the size with all fragments expanded', () => {
    fc.assert(
      fc.property(documents, (text) => {
        const document = parse(text);
        expect(sizeOf(document)).toMatchObject(sizeByExpansion(document));
      }),
      { numRuns: 300 },
    );
  });

  it('counts directives in every position', () => {
    const document = parse(
      'query ($v: Int @a @b) @c { x @d ... @e { x } ...F @f } fragment F on Query @g { x @h }',
    );
    expect(sizeOf(document).directives).toBe(8);
  });

  it('counts duplicate selections and directives', () => {
    expect(sizeOf(parse('{ x x ...F ...F ...F } fragment F on Query { y: x x }')).repeats).toBe(3);
    expect(sizeOf(parse('{ x @a @b @c @d }')).repeats).toBe(4);
    expect(sizeOf(parse('query @a @b @c { x }')).repeats).toBe(3);
  });
});
