import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { jsonPieces } from '../../../src/graphql/answers/json-pieces.js';

describe('jsonPieces', () => {
  it('returns the JSON of any value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        // The repeated value is too long for one piece.
        const long = {
          data: { short: value, list: Array.from({ length: 2_000 }, () => ({ value, id: 'x'.repeat(20) })) },
        };
        expect([...jsonPieces(long)].join('')).toBe(JSON.stringify(long));
        expect([...jsonPieces(value)].join('')).toBe(JSON.stringify(value));
      }),
      { numRuns: 30 },
    );
  });

  it('treats undefined like JSON.stringify', () => {
    const long = { errors: undefined, data: { list: ['x'.repeat(40_000), undefined, 'y'.repeat(40_000)] } };
    expect([...jsonPieces(long)].join('')).toBe(JSON.stringify(long));
  });

  it('returns no piece much longer than a string in the value', () => {
    const list = Array.from({ length: 1_000 }, (_, index) => ({
      index,
      items: [{ text: 'x'.repeat(1_000) }],
    }));
    const pieces = [...jsonPieces({ data: { list } })];
    expect(pieces.length).toBeGreaterThan(30);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(40_000);
  });
});
