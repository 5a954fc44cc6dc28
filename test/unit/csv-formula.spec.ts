import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { neutralise, restore } from '../../src/common/csv-formula.js';

describe('neutralise', () => {
  it.each([
    ['=1+1', `'=1+1`],
    ['+49 30 1234', `'+49 30 1234`],
    ['-1', `'-1`],
    ['@SUM(1)', `'@SUM(1)`],
    ['\t=1', `'\t=1`],
    ['\r=1', `'\r=1`],
    ['\n=1', `'\n=1`],
    ['＝1', `'＝1`],
    ['＋1', `'＋1`],
    ['－1', `'－1`],
    ['＠x', `'＠x`],
    [`'=1`, `''=1`],
    [`''=1`, `'''=1`],
  ])('adds one apostrophe to %j', (cell, expected) => {
    expect(neutralise(cell)).toBe(expected);
    expect(restore(expected)).toBe(cell);
  });

  it.each(['', 'Ada', `'Ada`, `'`, `''`, 'a=1', ' =1', '1-2', `O'Neil`])('does not change %j', (cell) => {
    expect(neutralise(cell)).toBe(cell);
    expect(restore(cell)).toBe(cell);
  });

  it('is undone by restore for every text', () => {
    const text = fc.string({ unit: fc.constantFrom(`'`, '=', '-', '＠', '\n', 'a', ' ') });
    fc.assert(
      fc.property(
        fc.oneof(text, fc.string({ unit: 'binary' })),
        (cell) => restore(neutralise(cell)) === cell,
      ),
    );
  });
});
