import { expect, it } from 'vitest';
import fc from 'fast-check';
import { reconnectDelayMs } from '../../src/database/persistent-connection.js';

it('doubles the delay up to a limit, and half of it is random', () => {
  fc.assert(
    fc.property(fc.nat(2_000), (failedCount) => {
      const longest = Math.min(5_000, 500 * 2 ** failedCount);
      const delays = Array.from({ length: 20 }, () => reconnectDelayMs(failedCount));
      expect(Math.min(...delays)).toBeGreaterThanOrEqual(longest / 2);
      expect(Math.max(...delays)).toBeLessThanOrEqual(longest);
      expect(new Set(delays).size).toBeGreaterThan(1);
    }),
  );
});
