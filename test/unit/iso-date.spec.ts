import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseIsoDate } from '../../src/common/iso-date.js';

describe('parseIsoDate', () => {
  it('reads back every instant that a date prints', () => {
    const years = { min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z') };
    fc.assert(
      fc.property(fc.date({ ...years, noInvalidDate: true }), (date) => {
        expect(parseIsoDate(date.toISOString())).toEqual(date);
      }),
    );
  });

  it.each([
    ['2026-03-01', '2026-03-01T00:00:00.000Z'],
    ['20260301T093000Z', '2026-03-01T09:30:00.000Z'],
    ['2026-03-01 09:30', '2026-03-01T09:30:00.000Z'],
    [' 2024-02-29T23:59:59-01:00 ', '2024-03-01T00:59:59.000Z'],
  ])('takes %p', (text, expected) => {
    expect(parseIsoDate(text)?.toISOString()).toBe(expected);
  });

  it.each([
    '',
    'x',
    '2025-02-29',
    '2026-W01',
    '2026-060',
    '09:30',
    '2026',
    '2026-03',
    '03/01/2026',
    '2026-03-01T25:00',
    '2026-03-01T',
    '1e3',
  ])('refuses %p', (text) => {
    expect(parseIsoDate(text)).toBeNull();
  });
});
