import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { parseIsoDate } from '../../src/common/iso-date.js';

describe('parseIsoDate', () => {
  it('parses the result of toISOString for every instant', () => {
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
    ['20260301T0930+0100', '2026-03-01T08:30:00.000Z'],
    ['2026-03-01T09:30Z', '2026-03-01T09:30:00.000Z'],
    ['2024-02-29T23:59:59-01:00', '2024-03-01T00:59:59.000Z'],
    ['2026-03-01T09:30:00+14:00', '2026-02-28T19:30:00.000Z'],
    ['2026-03-01T09:30:00-14:00', '2026-03-01T23:30:00.000Z'],
    ['2026-03-01T09:30:00+05:45', '2026-03-01T03:45:00.000Z'],
    ['2026-03-01T09:30:00,123456789Z', '2026-03-01T09:30:00.123Z'],
  ])('accepts %j', (text, expected) => {
    expect(parseIsoDate(text)?.toISOString()).toBe(expected);
  });

  it('accepts every offset up to 14 hours, and no other', () => {
    const twoDigits = fc.integer({ min: 0, max: 99 });
    fc.assert(
      fc.property(fc.constantFrom('+', '-'), twoDigits, twoDigits, (sign, hours, minutes) => {
        const offset = `${sign}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
        const total = (sign === '+' ? 1 : -1) * (hours * 60 + minutes);
        const isReal = minutes < 60 && Math.abs(total) <= 14 * 60 && offset !== '-00:00';
        expect(parseIsoDate(`2026-03-01T12:00:00${offset}`)?.getTime()).toBe(
          isReal ? Date.UTC(2026, 2, 1, 12) - total * 60_000 : undefined,
        );
      }),
    );
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
    '2026-03-01T09:30:00',
    '2026-03-01 09:30:00Z',
    '2026-03-01t09:30:00z',
    ' 2026-03-01',
    '2026-05-01T10:00:00-03:00[America/Lima]',
    '2026-05-01T10:00:00Z[u-ca=gregory]',
    '2026-05-01T10:00:00 Europe/Berlin',
    '2026-03-01T09:30:00+23:45',
    '2026-03-01T09:30:00+14:01',
    '2026-03-01T09:30:00-15:00',
    '2026-03-01T09:30:00+05:60',
    '2026-03-01T09:30:00+5:00',
    '2026-03-01T09:30:00+05',
    '2026-03-01T09:30:00-00:00',
    '2026-03-01T09:30:00+0100',
    '20260301T093000+01:00',
    '20260301T09:30:00Z',
    '2026-0301',
    '2026-03-01T09:60:00Z',
    '2016-12-31T23:59:60Z',
    '2026-03-01T24:00:00Z',
    '2026-03-01T09Z',
    '2026-W09-7T09:30:00Z',
    '2026-060T09:30:00Z',
    '10000-01-01T00:00:00Z',
    '9999-12-31T23:59:59-01:00',
    '0001-01-01T00:00:00+01:00',
    '2026-03-01T09:30:00.Z',
    '2026-03-01Z',
    '\u0662026-03-01',
  ])('rejects %j', (text) => {
    expect(parseIsoDate(text)).toBeNull();
  });
});
