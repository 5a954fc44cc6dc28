import { expect, it } from '@jest/globals';
import {
  type RecalculationProgress,
  RecalculationTally,
  TooManyFailuresError,
} from '../../../src/leads/scoring/recalculation-tally.js';

it('tells whoever watches of every step, failures included', () => {
  const told: Pick<RecalculationProgress, 'calculatedCount' | 'doneCount' | 'failedCount'>[] = [];
  const tally = new RecalculationTally(10, ({ calculatedCount, doneCount, failedCount }) => {
    told.push({ calculatedCount, doneCount, failedCount });
  });
  tally.failed(3, 'Refused.');
  tally.saved(9);
  expect(told).toEqual([
    { calculatedCount: 1, doneCount: 0, failedCount: 1 },
    { calculatedCount: 10, doneCount: 9, failedCount: 1 },
  ]);
});

it('names the first 100 failures, counts all, and gives the whole up beyond 10 000', () => {
  const tally = new RecalculationTally(20_000, () => undefined);
  for (let leadId = 1; leadId <= 10_000; leadId += 1) tally.failed(leadId, 'Refused.');
  expect(tally.failedCount).toBe(10_000);
  expect(tally.failures.map(({ leadId }) => leadId)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
  expect(() => {
    tally.failed(10_001, 'Refused.');
  }).toThrow(TooManyFailuresError);
});
