import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { nextScanSize, SHORT_SCAN } from '../../src/leads/listing/index-scan.js';

const afterWalk = (stride: number, foundCount: number, leadCount: number | null = null): number | null =>
  nextScanSize({ scanSize: stride, foundCount, limit: 21 }, leadCount);

describe('the next walk along an order', () => {
  it('is as long as should do, going by what the one before has found', () => {
    expect(afterWalk(525, 7)).toBe(2_363);
    expect(afterWalk(2_363, 20)).toBe(3_722);
  });

  it('is not taken where the one before has found nothing', () => {
    expect(afterWalk(525, 0)).toBeNull();
    expect(afterWalk(525, 0, 1_000_000)).toBeNull();
  });

  it('is not taken where it would be longer than looking at every lead takes', () => {
    expect(afterWalk(525, 1)).toBe(16_538);
    expect(afterWalk(16_538, 5)).toBeNull();
  });

  it('is not taken where an index knows of so few that sorting them takes less', () => {
    expect(afterWalk(525, 3, 100_000)).toBeNull();
    expect(afterWalk(525, 7, 100_000)).toBe(2_363);
    // Of a million there are ten times as many to be sorted.
    expect(afterWalk(525, 3, 1_000_000)).toBe(5_513);
    expect(afterWalk(525, 1, 1_000_000)).toBeNull();
    expect(afterWalk(525, 1, 100_000_000)).toBe(16_538);
    expect(afterWalk(16_538, 5, 100_000_000)).toBeNull();
  });

  it('comes to an end, and looks at no more than four times the longest', () => {
    const steps = fc.array(fc.nat(100), { minLength: 20, maxLength: 20 });
    const leadCounts = fc.option(fc.nat(100_000_000));
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 101 }), steps, leadCounts, (limit, found, leadCount) => {
        let stride: number | null = limit * SHORT_SCAN;
        let total = 0;
        for (const count of found) {
          total += stride;
          const foundCount = Math.min(count, limit - 1);
          const next = nextScanSize({ scanSize: stride, foundCount, limit }, leadCount);
          if (next !== null) expect(next).toBeGreaterThan(stride);
          stride = next;
          if (stride === null) break;
        }
        expect(stride).toBeNull();
        expect(total).toBeLessThanOrEqual(80_000);
      }),
    );
  });
});
