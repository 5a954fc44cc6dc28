import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { jsonPieces } from '../../../src/graphql/answers/json-pieces.js';

describe('JSON in pieces', () => {
  it('is the JSON of the value, whatever that is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        // Repeated, it is too long for one piece.
        const long = {
          data: { short: value, list: Array.from({ length: 2_000 }, () => ({ value, id: 'x'.repeat(20) })) },
        };
        expect([...jsonPieces(long)].join('')).toBe(JSON.stringify(long));
        expect([...jsonPieces(value)].join('')).toBe(JSON.stringify(value));
      }),
      { numRuns: 30 },
    );
  });

  it('leaves out what is undefined, as JSON does', () => {
    const long = { errors: undefined, data: { list: ['x'.repeat(40_000), undefined, 'y'.repeat(40_000)] } };
    expect([...jsonPieces(long)].join('')).toBe(JSON.stringify(long));
  });

  it('has no piece that is much longer than a text of the value', () => {
    const list = Array.from({ length: 1_000 }, (_, index) => ({
      index,
      items: [{ text: 'x'.repeat(1_000) }],
    }));
    const pieces = [...jsonPieces({ data: { list } })];
    expect(pieces.length).toBeGreaterThan(30);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(40_000);
  });
});
