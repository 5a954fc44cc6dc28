import { expect, it } from 'vitest';
import { buildSchema, getOperationAST, parse } from 'graphql';
import { CompiledQueries } from '../../../src/graphql/compiled-queries/compiled-queries.js';

const schema = buildSchema('type Query { a: Int }');

it('removes the least recently used compiled queries if their documents are too large in total', () => {
  const queries = new CompiledQueries();
  const compiledQueryFor = (index: number) => {
    // With two bytes a character, eight of them take 16 MB.
    const document = parse(`${' '.repeat(1_000_000)} query Q${index} { a }`);
    const operation = getOperationAST(document);
    if (operation == null) throw new Error('The document has no operation.');
    return queries.compiledQueryFor({
      schema,
      document,
      operation,
      operationName: null,
      hash: String(index),
    });
  };
  for (let index = 0; index < 10; index += 1) {
    expect([compiledQueryFor(index), compiledQueryFor(index)]).toEqual([null, null]);
    expect(compiledQueryFor(index)).not.toBeNull();
  }
  expect(compiledQueryFor(9)).not.toBeNull();
  // It was removed, so it counts as new.
  expect(compiledQueryFor(0)).toBeNull();
});
