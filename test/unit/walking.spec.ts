import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { longestWalk, nextStride, SHORT_WALK } from '../../src/leads/listing/walking.js';

describe('the next walk along an order', () => {
  it('is as long as should do, going by what the one before has found', () => {
    expect(nextStride(525, 7, 21, 20_000)).toBe(2_363);
    expect(nextStride(2_363, 20, 21, 20_000)).toBe(3_722);
  });

  it('is not taken where the one before has found nothing', () => {
    expect(nextStride(525, 0, 21, 20_000)).toBeNull();
  });

  it('is not taken where it would be longer than sorting takes', () => {
    expect(nextStride(525, 1, 21, 20_000)).toBe(16_538);
    expect(nextStride(16_538, 5, 21, 20_000)).toBeNull();
  });

  it('is longer than a twentieth of all leads only where no index knows which are asked for', () => {
    expect(longestWalk(null)).toBe(20_000);
    expect(longestWalk(100_000)).toBe(5_000);
    expect(longestWalk(1_000_000)).toBe(20_000);
    expect(nextStride(525, 3, 21, longestWalk(100_000))).toBeNull();
  });

  it('comes to an end, and looks at no more than four times the longest', () => {
    const steps = fc.array(fc.nat(100), { minLength: 20, maxLength: 20 });
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 101 }), steps, (limit, found) => {
        let stride: number | null = limit * SHORT_WALK;
        let total = 0;
        for (const count of found) {
          total += stride;
          const next: number | null = nextStride(
            stride,
            Math.min(count, limit - 1),
            limit,
            longestWalk(null),
          );
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
