import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { RecalculationPrinter } from '../../src/cli/recalculation-progress.js';

/** In tests, standard error is not a terminal, so the printer shows no progress bar. */
let printed: string;
beforeEach(() => {
  printed = '';
  vi.useFakeTimers({ toFake: ['performance'] });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

it('prints a line every five seconds, with the rate and the time left of the current step', () => {
  const printer = new RecalculationPrinter();
  const counts = { totalCount: 3_000, calculatedCount: 0, savedCount: 0, skippedCount: 0, failedCount: 0 };
  const linesAfter = (ms: number, progress: Partial<typeof counts>) => {
    printed = '';
    vi.advanceTimersByTime(ms);
    printer.onProgress({ ...counts, ...progress });
    return printed;
  };
  expect(linesAfter(4_999, { calculatedCount: 500 })).toBe('');
  expect(linesAfter(1, { calculatedCount: 1_000 })).toBe(
    'calculating 1,000 of 3,000 leads, 200/s, 25 s left (16 %)\n',
  );
  expect(linesAfter(4_999, { calculatedCount: 3_000 })).toBe('');
  expect(linesAfter(1, { calculatedCount: 3_000, savedCount: 0 })).toBe('writing 0 of 3,000 leads (50 %)\n');
  expect(linesAfter(5_000, { calculatedCount: 3_000, savedCount: 10, failedCount: 5 })).toMatch(
    /^writing 15 of 3,000 leads, \d+\/s, \d+ min left \(50 %\)\n$/,
  );
  expect(linesAfter(5_000, { calculatedCount: 3_000, savedCount: 2_999, failedCount: 1 })).toMatch(
    /^writing 3,000 of 3,000 leads, [\d,]+\/s, 0 s left \(100 %\)\n$/,
  );
  printer.finish();
});
