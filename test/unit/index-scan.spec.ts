import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { nextScanSize, SHORT_SCAN } from '../../src/leads/listing/index-scan.js';

const scanSizeAfter = (
  scanSize: number,
  foundCount: number,
  leadCount: number | null = null,
): number | null => nextScanSize({ scanSize, foundCount, limit: 21 }, leadCount);

describe('nextScanSize', () => {
  it('estimates the size from the matches of the previous scan', () => {
    expect(scanSizeAfter(525, 7)).toBe(2_363);
    expect(scanSizeAfter(2_363, 20)).toBe(3_722);
  });

  it('returns null if the previous scan found nothing', () => {
    expect(scanSizeAfter(525, 0)).toBeNull();
    expect(scanSizeAfter(525, 0, 1_000_000)).toBeNull();
  });

  it('returns null if reading every lead takes less time', () => {
    expect(scanSizeAfter(525, 1)).toBe(16_538);
    expect(scanSizeAfter(16_538, 5)).toBeNull();
  });

  it('returns null if an index finds so few leads that sorting them takes less time', () => {
    expect(scanSizeAfter(525, 3, 100_000)).toBeNull();
    expect(scanSizeAfter(525, 7, 100_000)).toBe(2_363);
    // Of a million leads, ten times as many have to be sorted.
    expect(scanSizeAfter(525, 3, 1_000_000)).toBe(5_513);
    expect(scanSizeAfter(525, 1, 1_000_000)).toBeNull();
    expect(scanSizeAfter(525, 1, 100_000_000)).toBe(16_538);
    expect(scanSizeAfter(16_538, 5, 100_000_000)).toBeNull();
  });

  it('limits the total size of all scans', () => {
    const steps = fc.array(fc.nat(100), { minLength: 20, maxLength: 20 });
    const leadCounts = fc.option(fc.nat(100_000_000));
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 101 }), steps, leadCounts, (limit, found, leadCount) => {
        let scanSize: number | null = limit * SHORT_SCAN;
        let total = 0;
        for (const count of found) {
          total += scanSize;
          const foundCount = Math.min(count, limit - 1);
          const next = nextScanSize({ scanSize, foundCount, limit }, leadCount);
          if (next !== null) expect(next).toBeGreaterThan(scanSize);
          scanSize = next;
          if (scanSize === null) break;
        }
        expect(scanSize).toBeNull();
        expect(total).toBeLessThanOrEqual(80_000);
      }),
    );
  });
});
