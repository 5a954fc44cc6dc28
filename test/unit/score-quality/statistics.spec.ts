import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { bootstrapWeights, REPLICATES } from '../../../src/score-quality/bootstrap-weights.js';
import { isotonicBlocks } from '../../../src/score-quality/isotonic-regression.js';
import { OutcomesByScore } from '../../../src/score-quality/outcomes-by-score.js';
import { Ranking } from '../../../src/score-quality/ranking.js';
import { wilsonInterval } from '../../../src/score-quality/wilson-interval.js';

interface Pair {
  readonly rank: number;
  readonly isWon: boolean;
}

/** Returns a ranking of the pairs of one lead, which each resampled data set contains once. */
function rankingOf(pairs: readonly Pair[]): Ranking {
  const ranking = new Ranking(101, 4);
  for (const { rank, isWon } of pairs) ranking.add(rank, isWon);
  ranking.endLead(Uint8Array.of(1, 1, 1, 1), 1);
  return ranking;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((one, other) => one + other, 0);

const pairs = fc.array(fc.record({ rank: fc.oneof(fc.nat(100), fc.nat(3)), isWon: fc.boolean() }), {
  minLength: 1,
  maxLength: 60,
});
const twoOutcomes = pairs.filter((list) => new Set(list.map(({ isWon }) => isWon)).size === 2);

describe('Ranking', () => {
  it('has the area under the curve that comparing each two pairs results in', () => {
    fc.assert(
      fc.property(twoOutcomes, (list) => {
        const [won, lost] = [true, false].map((isWon) => list.filter((pair) => pair.isWon === isWon));
        const comparisons = (won ?? []).flatMap((one) =>
          (lost ?? []).map((other) => (one.rank > other.rank ? 1 : one.rank === other.rank ? 0.5 : 0)),
        );
        expect(rankingOf(list).quality()?.auc).toBeCloseTo(sum(comparisons) / comparisons.length, 12);
      }),
    );
  });

  it('has the win rates of parts that sorted pairs have, with the mean of all orders of ties', () => {
    fc.assert(
      fc.property(twoOutcomes, (list) => {
        const rateOf = (rank: number) => {
          const ties = list.filter((pair) => pair.rank === rank);
          return ties.filter(({ isWon }) => isWon).length / ties.length;
        };
        // Ten equal parts of each pair, so that tenths consist of whole parts.
        const parts = list
          .toSorted((one, other) => other.rank - one.rank)
          .flatMap(({ rank }) => new Array<number>(10).fill(rateOf(rank)));
        const winRate = (from: number, to: number) =>
          sum(parts.slice(from * list.length, to * list.length)) / ((to - from) * list.length);
        const quality = rankingOf(list).quality();
        expect(quality?.topTenthWinRate).toBeCloseTo(winRate(0, 1), 9);
        for (const [decile, lift] of (quality?.liftByDecile ?? []).entries()) {
          expect(lift).toBeCloseTo(winRate(decile, decile + 1) / winRate(0, 10), 9);
        }
        expect(sum([...(quality?.liftByDecile ?? [])])).toBeCloseTo(10, 9);
      }),
    );
  });

  it('has no quality if all pairs have one outcome', () => {
    expect(rankingOf([]).quality()).toBeNull();
    expect(rankingOf([{ rank: 1, isWon: true }]).quality()).toBeNull();
    expect(rankingOf([{ rank: 1, isWon: false }]).quality()).toBeNull();
  });

  it('has an interval that leads with many equal pairs do not make narrower', () => {
    const widthOf = (copies: number) => {
      const ranking = new Ranking(101, REPLICATES);
      const weights = new Uint8Array(REPLICATES);
      for (let lead = 0; lead < 300; lead += 1) {
        for (let copy = 0; copy < copies; copy += 1) ranking.add((lead * 37) % 101, lead % 3 === 0);
        ranking.endLead(weights, bootstrapWeights(lead, weights));
      }
      const { low = NaN, high = NaN } = ranking.quality()?.aucInterval ?? {};
      return high - low;
    };
    expect(widthOf(20)).toBeCloseTo(widthOf(1), 12);
    expect(widthOf(100)).toBeCloseTo(widthOf(1), 12);
    // The standard error of an AUC of 0.5 with 100 and 200 observations, times 2 * 1.96.
    expect(widthOf(1)).toBeGreaterThan(0.8 * 0.139);
    expect(widthOf(1)).toBeLessThan(1.2 * 0.139);
  });
});

describe('bootstrapWeights', () => {
  it('are Poisson(1) numbers, independent between leads and between replicates', () => {
    const LEADS = 5000;
    const weights = Array.from({ length: LEADS }, (_, lead) => {
      const ofLead = new Uint8Array(REPLICATES);
      bootstrapWeights(lead + 1, ofLead);
      return [...ofLead];
    });
    const all = weights.flat();
    for (const [count, probability] of [0.3679, 0.3679, 0.1839, 0.0613, 0.0153].entries()) {
      const share = all.filter((weight) => weight === count).length / all.length;
      expect(Math.abs(share - probability)).toBeLessThan(0.003);
    }
    const covariance = (rows: readonly (readonly number[])[]) =>
      sum(rows.map(([one = NaN, other = NaN]) => (one - 1) * (other - 1))) / rows.length;
    for (const [one, other] of [
      [0, 1],
      [1, 2],
      [0, 199],
    ] as const) {
      expect(Math.abs(covariance(weights.map((row) => [row[one] ?? NaN, row[other] ?? NaN])))).toBeLessThan(
        0.06,
      );
    }
    const next = weights.slice(1).map((row, lead) => [weights[lead]?.[7] ?? NaN, row[7] ?? NaN]);
    expect(Math.abs(covariance(next))).toBeLessThan(0.06);
  });
});

describe('wilsonInterval', () => {
  it('is that of published examples', () => {
    // R. G. Newcombe, "Two-sided confidence intervals for the single proportion", 1998, table I, method 3.
    for (const [wins, count, low, high] of [
      [81, 263, 0.2553, 0.3662],
      [15, 148, 0.0624, 0.1605],
      [0, 20, 0, 0.1611],
      [1, 29, 0.0061, 0.1718],
    ] as const) {
      const interval = wilsonInterval(wins / count, count);
      expect(interval.low).toBeCloseTo(low, 4);
      expect(interval.high).toBeCloseTo(high, 4);
    }
  });

  it('consists of the rates for which the observed rate is within 1.96 standard errors', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (count, rate) => {
          const { low, high } = wilsonInterval(rate, count);
          expect(low).toBeLessThanOrEqual(rate + 1e-12);
          expect(high).toBeGreaterThanOrEqual(rate - 1e-12);
          for (const bound of [low, high].filter((one) => one > 1e-9 && one < 1 - 1e-9)) {
            expect(Math.abs(rate - bound)).toBeCloseTo(
              1.959964 * Math.sqrt((bound * (1 - bound)) / count),
              6,
            );
          }
        },
      ),
    );
  });
});

describe('isotonicBlocks', () => {
  const observations = fc.array(
    fc.nat(20).chain((count) => fc.tuple(fc.constant(count), fc.nat(count))),
    { maxLength: 30 },
  );

  it('has the rates of the max-min formula, which never fall', () => {
    fc.assert(
      fc.property(observations, (list) => {
        const counts = list.map(([count]) => count);
        const wins = list.map(([, won]) => won);
        const rate = (from: number, to: number) =>
          sum(wins.slice(from, to + 1)) / sum(counts.slice(from, to + 1));
        const present = [...counts.keys()].filter((value) => (counts[value] ?? 0) > 0);
        const blocks = isotonicBlocks(counts, wins);
        for (const value of present) {
          const expected = Math.max(
            ...present
              .filter((from) => from <= value)
              .map((from) => Math.min(...present.filter((to) => to >= value).map((to) => rate(from, to)))),
          );
          const block = blocks.find(({ from, to }) => from <= value && value <= to);
          expect((block?.wins ?? NaN) / (block?.count ?? NaN)).toBeCloseTo(expected, 12);
        }
        expect(sum(blocks.map(({ count }) => count))).toBe(sum(counts));
        const rates = blocks.map((block) => block.wins / block.count);
        expect(rates).toEqual([...new Set(rates)].toSorted((one, other) => one - other));
      }),
    );
  });
});

describe('OutcomesByScore', () => {
  const leads = fc.array(
    fc.array(fc.record({ score: fc.oneof(fc.nat(100), fc.nat(5)), isWon: fc.boolean() }), { maxLength: 8 }),
    { maxLength: 20 },
  );

  it('counts the pairs and the leads of each range', () => {
    fc.assert(
      fc.property(leads, fc.nat(100), fc.nat(100), (list, one, other) => {
        const [from, to] = [Math.min(one, other), Math.max(one, other)];
        const outcomes = new OutcomesByScore();
        for (const lead of list) {
          for (const { score, isWon } of lead) outcomes.add(score, isWon);
          outcomes.endLead();
        }
        const inRange = list.map((lead) => lead.filter(({ score }) => from <= score && score <= to));
        const pairsInRange = inRange.flat();
        const wins = pairsInRange.filter(({ isWon }) => isWon).length;
        expect(outcomes.winRate(from, to)).toMatchObject({
          rate: pairsInRange.length === 0 ? null : wins / pairsInRange.length,
          leads: inRange.filter((lead) => lead.length > 0).length,
          pairs: pairsInRange.length,
          wins,
        });
      }),
    );
  });

  it('has no win rate for scores of too few leads', () => {
    const outcomes = new OutcomesByScore();
    for (let lead = 0; lead < 30; lead += 1) {
      outcomes.add(lead < 20 ? 10 : 50, lead % 2 === 0 || lead >= 20);
      // A second pair of the lead is no further lead.
      outcomes.add(lead < 20 ? 10 : 50, lead % 2 === 0 || lead >= 20);
      outcomes.endLead();
    }
    const rates = outcomes.isotonicWinRates(20);
    expect(rates[10]).toMatchObject({ rate: 0.5, leads: 20, pairs: 40, interval: wilsonInterval(0.5, 20) });
    expect(rates.filter((rate) => rate !== null)).toHaveLength(1);
    expect(outcomes.isotonicWinRates(10)[50]).toMatchObject({ rate: 1, leads: 10 });
  });
});
