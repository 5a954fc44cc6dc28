import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AmountColumn, type AmountResult } from '../../../src/imports/values/amount-column.js';
import { toCents } from '../../../src/leads/budget-amount.js';

/** Reads cells as one column, a second time if the first assumption was wrong. */
function readColumn(cells: readonly string[], given: 'comma' | 'point' | null = null): AmountResult[] {
  const column = new AmountColumn(given);
  const read = () => cells.map((cell, index) => column.read(cell, index + 2));
  const first = read();
  const decision = column.settle();
  if (decision.kind === 'undecided') throw new Error(decision.message);
  if (decision.kind === 'settled') return first;
  column.restart();
  const second = read();
  expect(column.settle().kind).toBe('settled');
  return second;
}

describe('amounts with one reading', () => {
  it.each([
    ['1234', '1234.00'],
    ['1234.5', '1234.50'],
    ['0', '0.00'],
    ['007', '7.00'],
    ['$12,000.00', '12000.00'],
    ['12.000,50 €', '12000.50'],
    ['12k', '12000.00'],
    ['12 K', '12000.00'],
    ['1.2M', '1200000.00'],
    ['1,25 Mio. €', '1250000.00'],
    ['EUR 5 000', '5000.00'],
    ['5 000,00 €', '5000.00'],
    ['5\u00a0000,00\u202f€', '5000.00'],
    ["1'000.00", '1000.00'],
    ["CHF 1'234'567.50", '1234567.50'],
    ['1’000', '1000.00'],
    ['USD 10,000.00', '10000.00'],
    ['US$ 10,000.00', '10000.00'],
    ['10000 USD', '10000.00'],
    ['R$ 1.234,56', '1234.56'],
    ['12,5', '12.50'],
    ['12,50', '12.50'],
    ['1.234.567', '1234567.00'],
    ['1,234,567', '1234567.00'],
    ['12,34,567', '1234567.00'],
    ['1.200,- €', '1200.00'],
    ['0,500', '0.50'],
    ['.5', '0.50'],
    ['+5', '5.00'],
    ['1e3', '1000.00'],
    ['1.2E+07', '12000000.00'],
    ['1500.100', '1500.10'],
    ['99999999.99', '99999999.99'],
    ['£3m', '3000000.00'],
  ])('%j is %s', (text, expected) => {
    expect(readColumn([text])).toEqual([expected]);
  });

  it.each([
    ['5k-10k', 'must be one amount, not a range'],
    ['5.000 – 10.000 €', 'must be one amount, not a range'],
    ['-5', 'must not be negative'],
    ['-$5.00', 'must not be negative'],
    ['($5.00)', 'must not be negative'],
    ['100000000', 'must be at most 99999999.99'],
    ['1e30', 'must be an amount, such as 1234.50'],
    ['100m', 'must be at most 99999999.99'],
    ['1234,567', 'must not have more than two decimals'],
    ['12.3456', 'must not have more than two decimals'],
    ['12,345.678,9', 'must be an amount, such as 1234.50'],
    ['1,23,4', 'must be an amount, such as 1234.50'],
    ['ten', 'must be an amount, such as 1234.50'],
    ['0x10', 'must be an amount, such as 1234.50'],
    ['5 apples', 'must be an amount, such as 1234.50'],
    ['€', 'must be an amount, such as 1234.50'],
    ['1'.repeat(500), 'must be an amount, such as 1234.50'],
  ])('%j is invalid', (text, violation) => {
    expect(readColumn([text])).toEqual([{ violation }]);
  });
});

describe('the decimal mark of a column', () => {
  it('is decided by later lines', () => {
    expect(readColumn(['1,234', '5,678', '12,5'])).toEqual([
      { violation: 'must not have more than two decimals' },
      { violation: 'must not have more than two decimals' },
      '12.50',
    ]);
    expect(readColumn(['1.234', '1.234,50'])).toEqual(['1234.00', '1234.50']);
    expect(readColumn(['1,234', '$1,234.50'])).toEqual(['1234.00', '1234.50']);
  });

  it('stops if no line decides, or if two lines contradict each other', () => {
    expect(() => readColumn(['1,234', '7'])).toThrow(
      'no value decides between point and comma; line 2: "1,234"',
    );
    expect(() => readColumn(['12,5', '12.5'])).toThrow(
      'line 3 ("12.5") is point, but line 2 ("12,5") is comma',
    );
  });

  it('names at most five lines', () => {
    const lines = Array.from({ length: 9 }, (_, index) => `${index + 1},000`);
    expect(() => readColumn(lines)).toThrow(/line 2: .*line 6: [^;]*$/);
  });

  it('needs no decision if all amounts have one reading', () => {
    expect(readColumn(['7', '1 000', "2'500"])).toEqual(['7.00', '1000.00', '2500.00']);
  });

  it('given by an option rejects other amounts, and reads ambiguous ones', () => {
    expect(readColumn(['1,234', '12,5', '1.5'], 'point')).toEqual([
      '1234.00',
      { violation: 'must have a decimal point; if all amounts have a decimal comma, set --decimal comma' },
      '1.50',
    ]);
    expect(readColumn(['1.230', '1,230'], 'comma')).toEqual(['1230.00', '1.23']);
  });

  it('is never guessed: any ambiguous column stops unless another amount decides', () => {
    const ambiguous = fc
      .tuple(fc.integer({ min: 1, max: 999 }), fc.integer({ min: 0, max: 999 }), fc.constantFrom(',', '.'))
      .map(([whole, rest, mark]) => `${whole}${mark}${String(rest).padStart(3, '0')}`);
    fc.assert(
      fc.property(fc.array(ambiguous, { minLength: 1 }), (cells) => {
        expect(() => readColumn(cells)).toThrow('no value decides');
      }),
    );
  });
});

it('reads every amount in every form of its locale', () => {
  const group = (whole: number, separator: string) =>
    String(whole).replace(/\B(?=(\d{3})+(?!\d))/g, separator);
  const locales = [
    { separator: ',', mark: '.', decimal: 'point' },
    { separator: '.', mark: ',', decimal: 'comma' },
    { separator: ' ', mark: ',', decimal: 'comma' },
    { separator: '\u202f', mark: ',', decimal: 'comma' },
    { separator: "'", mark: '.', decimal: 'point' },
    { separator: '', mark: '.', decimal: 'point' },
    { separator: '', mark: ',', decimal: 'comma' },
  ] as const;
  const around = ['#', '# €', '€#', '€ #', '$#', 'EUR #', '# CHF', 'USD#'];
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 9_999_999_999 }),
      fc.constantFrom(...locales),
      fc.constantFrom(...around),
      (cents, { separator, mark, decimal }, frame) => {
        const whole = Math.floor(cents / 100);
        const fraction = String(cents % 100).padStart(2, '0');
        const text = frame.replace('#', () => `${group(whole, separator)}${mark}${fraction}`);
        expect(readColumn([text])).toEqual([`${whole}.${fraction}`]);
        expect(readColumn([text], decimal)).toEqual([`${whole}.${fraction}`]);
        expect(Number(`${whole}.${fraction}`)).toBe(toCents(cents / 100));
      },
    ),
    { numRuns: 500 },
  );
});
