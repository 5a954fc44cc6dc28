import { expect, it } from 'vitest';
import {
  type RecalculationProgress,
  RecalculationCounter,
  TooManyFailuresError,
} from '../../../src/leads/scoring/recalculation-counter.js';

it('reports every step, including failures', () => {
  const reported: Pick<RecalculationProgress, 'calculatedCount' | 'savedCount' | 'failedCount'>[] = [];
  const counter = new RecalculationCounter(10, ({ calculatedCount, savedCount, failedCount }) => {
    reported.push({ calculatedCount, savedCount, failedCount });
  });
  counter.failed(3, 'Rejected.');
  counter.saved(9);
  expect(reported).toEqual([
    { calculatedCount: 1, savedCount: 0, failedCount: 1 },
    { calculatedCount: 10, savedCount: 9, failedCount: 1 },
  ]);
});

it('keeps the first 100 failures, counts all, and throws after 10 000', () => {
  const counter = new RecalculationCounter(20_000, () => undefined);
  for (let leadId = 1; leadId <= 10_000; leadId += 1) counter.failed(leadId, 'Rejected.');
  expect(counter.failedCount).toBe(10_000);
  expect(counter.failures.map(({ leadId }) => leadId)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
  expect(() => {
    counter.failed(10_001, 'Rejected.');
  }).toThrow(TooManyFailuresError);
});
