import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import pg from 'pg';
import { instantOf } from '../../src/database/read-rows.js';

const byDriver = pg.types.getTypeParser(pg.types.builtins.TIMESTAMPTZ) as (text: string) => unknown;

describe('instantOf', () => {
  const two = (value: number) => String(value).padStart(2, '0');
  const text = fc
    .tuple(
      fc.date({
        min: new Date('0001-01-01T00:00:00Z'),
        max: new Date('9999-12-31T23:59:59Z'),
        noInvalidDate: true,
      }),
      fc.constantFrom('', '.5', '.05', '.123', '.1234', '.999999', '.000001'),
    )
    .map(([date, fraction]) => {
      const day = `${String(date.getUTCFullYear()).padStart(4, '0')}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`;
      return `${day} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}${fraction}+00`;
    });

  it('parses timestamps of PostgreSQL like the driver', () => {
    fc.assert(
      fc.property(text, (written) => {
        expect(instantOf(written)).toEqual(byDriver(written));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    'infinity',
    '-infinity',
    '0044-03-15 12:00:00+00 BC',
    '10000-01-01 00:00:00+00',
    '2026-03-01 09:30:00+05:30',
    '2026-03-01 09:30:00-08',
    '0001-01-01 00:00:00+00',
    '0099-12-31 23:59:59.999999+00',
  ])('returns the same as the driver for %s', (written) => {
    expect(instantOf(written)).toEqual(byDriver(written));
  });
});
