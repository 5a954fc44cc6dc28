import { expect, it } from 'vitest';
import {
  type RecalculationProgress,
  RecalculationCounter,
  TooManyFailuresError,
} from '../../../src/leads/scoring/recalculation-counter.js';

it('tells whoever watches of every step, failures included', () => {
  const told: Pick<RecalculationProgress, 'calculatedCount' | 'savedCount' | 'failedCount'>[] = [];
  const tally = new RecalculationCounter(10, ({ calculatedCount, savedCount: savedCount, failedCount }) => {
    told.push({ calculatedCount, savedCount: savedCount, failedCount });
  });
  tally.failed(3, 'Refused.');
  tally.saved(9);
  expect(told).toEqual([
    { calculatedCount: 1, savedCount: 0, failedCount: 1 },
    { calculatedCount: 10, savedCount: 9, failedCount: 1 },
  ]);
});

it('names the first 100 failures, counts all, and gives the whole up beyond 10 000', () => {
  const tally = new RecalculationCounter(20_000, () => undefined);
  for (let leadId = 1; leadId <= 10_000; leadId += 1) tally.failed(leadId, 'Refused.');
  expect(tally.failedCount).toBe(10_000);
  expect(tally.failures.map(({ leadId }) => leadId)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
  expect(() => {
    tally.failed(10_001, 'Refused.');
  }).toThrow(TooManyFailuresError);
});
