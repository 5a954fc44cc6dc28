import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { mayBegin } from '../../src/summary-batches/summary-budget.js';

const budget = { maxCostUsd: 1, costUsd: 0, largestCostUsd: 0.1, writingCount: 0 };

describe('the budget of a batch', () => {
  it.each([
    ['yes', { maxCostUsd: null, costUsd: 1000 }],
    ['yes', {}],
    ['yes', { costUsd: 0.9 }],
    ['no', { costUsd: 0.91 }],
    ['no', { costUsd: 1 }],
    ['yes', { costUsd: 0.5, writingCount: 4 }],
    ['wait', { costUsd: 0.5, writingCount: 5 }],
    ['yes', { largestCostUsd: null }],
    ['wait', { largestCostUsd: null, writingCount: 1 }],
    ['no', { largestCostUsd: null, costUsd: 1 }],
    ['yes', { maxCostUsd: 0.3, costUsd: 0.1 + 0.1, largestCostUsd: 0.1 }],
  ] as const)('allows another summary: %s, with %j', (answer, change) => {
    expect(mayBegin({ ...budget, ...change })).toBe(answer);
  });

  it('is never exceeded if no summary costs more than the most expensive one before', () => {
    const costs = fc.array(fc.double({ min: 0.001, max: 0.1, noNaN: true }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(
        costs,
        fc.integer({ min: 1, max: 8 }),
        fc.double({ min: 0.1, max: 2, noNaN: true }),
        (all, workers, max) => {
          let costUsd = 0;
          const writing: number[] = [];
          const waiting = [...all];
          for (;;) {
            const answer = mayBegin({
              maxCostUsd: max,
              costUsd,
              largestCostUsd: 0.1,
              writingCount: writing.length,
            });
            const next = answer === 'yes' && writing.length < workers ? waiting.shift() : undefined;
            if (next !== undefined) writing.push(next);
            else if (writing.length > 0) costUsd += writing.shift() ?? 0;
            else break;
          }
          expect(costUsd).toBeLessThanOrEqual(max * (1 + 1e-8));
        },
      ),
    );
  });
});
