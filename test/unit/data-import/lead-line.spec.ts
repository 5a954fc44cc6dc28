import { describe, expect, it } from 'vitest';
import { parseBudget, readLeadLine } from '../../../src/data-import/lead-line.js';

describe('parseBudget', () => {
  it.each([
    ['0', 0],
    ['1234.50', 1234.5],
    [' 42 ', 42],
    ['+7', 7],
    ['-7', -7],
    ['.5', 0.5],
    ['5.', 5],
    ['1e3', 1000],
    ['1.5E-2', 0.015],
    ['1e400', Infinity],
  ])('parses %j', (text, budget) => {
    expect(parseBudget(text)).toBe(budget);
  });

  it.each(['', 'abc', 'NaN', 'Infinity', '-Infinity', '1,000', '1 000', '0x10', '1e', '$5', '1_000', '٣'])(
    'rejects %j',
    (text) => {
      expect(parseBudget(text)).toBeNull();
    },
  );
});

describe('readLeadLine', () => {
  it('reports every violation of the rules of the API', () => {
    expect(
      readLeadLine(7, {
        email: 'nobody',
        firstName: 'two\nlines',
        phone: 'x'.repeat(256),
        budget: '-1',
        status: 'nearly',
      }),
    ).toEqual({
      line: 7,
      reason: expect.stringMatching(
        /^(?=.*firstName must be a single line)(?=.*email must be an e-mail address)(?=.*phone must be at most 255 characters long)(?=.*budget must not be negative)(?=.*status must be one of new, )/,
      ) as unknown,
    });
  });

  it.each([
    { cells: { email: '' }, reason: 'email must be an e-mail address' },
    { cells: {}, reason: 'email must be an e-mail address' },
    { cells: { email: 'a@example.com', budget: 'much' }, reason: 'budget must be a number, such as 1234.50' },
    ...['1e9', '1e308', '1e400', '100000000'].map((budget) => ({
      cells: { email: 'a@example.com', budget },
      reason: 'budget must be at most 99999999.99',
    })),
    ...['1.234', '1.005', '0.001', '1.5E-3', '99999999.981', '1.00000000000000000001'].map((budget) => ({
      cells: { email: 'a@example.com', budget },
      reason: 'budget must not have more than two decimals',
    })),
  ])('rejects $cells with one reason', ({ cells, reason }) => {
    expect(readLeadLine(2, cells)).toEqual({ line: 2, reason });
  });

  it.each([
    ['19.99', 19.99],
    ['1234567.89', 1234567.89],
    ['99999999.99', 99_999_999.99],
    ['1.230000000000000000000', 1.23],
    ['12345e-2', 123.45],
    ['0', 0],
  ])('accepts the budget %s', (budget, expected) => {
    expect(readLeadLine(2, { email: 'a@example.com', budget })).toMatchObject({
      input: { budget: expected },
    });
  });

  it('treats a cell with only invisible characters as absent', () => {
    const line = { email: 'a@example.com', firstName: '\u200b', company: '\u3164', status: '\u00ad ' };
    expect(readLeadLine(2, line)).toEqual({
      line: 2,
      writtenEmail: 'a@example.com',
      input: { email: 'a@example.com' },
    });
  });

  it('treats an empty or blank cell as absent', () => {
    expect(
      readLeadLine(2, {
        email: ' Ada@Example.com ',
        firstName: ' ',
        phone: '',
        budget: '  ',
        status: '',
        source: ' web ',
      }),
    ).toEqual({
      line: 2,
      writtenEmail: 'Ada@Example.com',
      input: expect.objectContaining({
        email: 'ada@example.com',
        firstName: undefined,
        phone: undefined,
        budget: undefined,
        status: undefined,
        source: 'web',
      }) as unknown,
    });
  });
});
