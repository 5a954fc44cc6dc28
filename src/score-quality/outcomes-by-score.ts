import type { Interval } from './ranking.js';
import { isotonicBlocks } from './isotonic-regression.js';
import { wilsonInterval } from './wilson-interval.js';

const SCORES = 101;

/** The share of leads with certain scores that were won within the horizon. */
export interface WinRate {
  /** Null: no lead had such a score at a landmark. */
  readonly rate: number | null;
  /** A Wilson interval for the number of leads, not of pairs. Null if the rate is. */
  readonly interval: Interval | null;
  /** The leads that had such a score at some landmark. */
  readonly leads: number;
  /** Pairs of a lead and a landmark. */
  readonly pairs: number;
  readonly wins: number;
}

/**
 * Collects the outcomes of pairs by score, and the number of leads with a score in any range.
 *
 * The pairs of one lead mostly have the same outcome, so they do not count as independent observations: intervals
 * use the number of leads. That is cautious, since a lead with several pairs contributes a little more than one
 * observation.
 */
export class OutcomesByScore {
  private readonly pairs = zeros(SCORES);
  private readonly wins = zeros(SCORES);
  /** The number of leads that had a score. */
  private readonly leads = zeros(SCORES);
  /** The number of leads that had two scores and none between them. */
  private readonly neighbours = Array.from({ length: SCORES }, () => zeros(SCORES));
  private readonly ofLead = new Set<number>();

  /** Adds a pair of the present lead. */
  add(score: number, isWon: boolean): void {
    increase(this.pairs, score);
    if (isWon) increase(this.wins, score);
    this.ofLead.add(score);
  }

  endLead(): void {
    const scores = [...this.ofLead].sort((one, other) => one - other);
    for (const [index, score] of scores.entries()) {
      increase(this.leads, score);
      const next = scores[index + 1];
      if (next !== undefined) increase(this.neighbours[score] ?? [], next);
    }
    this.ofLead.clear();
  }

  /** Returns the win rate of a range of scores, both ends included. */
  winRate(from: number, to: number): WinRate {
    const sum = (numbers: readonly number[]) => numbers.slice(from, to + 1).reduce((a, b) => a + b, 0);
    const pairs = sum(this.pairs);
    const wins = sum(this.wins);
    // Each lead has one more score in the range than it has pairs of neighbouring scores.
    const leads = sum(this.leads) - sum(this.neighbours.map(sum));
    const rate = pairs === 0 ? null : wins / pairs;
    return { rate, interval: rate === null ? null : wilsonInterval(rate, leads), leads, pairs, wins };
  }

  /**
   * Returns a rate for each score from 0 to 100, which does not fall with the score: that of the neighbouring scores with
   * which isotonic regression pools it.
   * @param minimum the number of leads below which there is no rate
   */
  isotonicWinRates(minimum: number): (WinRate | null)[] {
    const rates = Array.from({ length: SCORES }, (): WinRate | null => null);
    for (const { from, to } of isotonicBlocks(this.pairs, this.wins)) {
      const rate = this.winRate(from, to);
      if (rate.leads >= minimum) rates.fill(rate, from, to + 1);
    }
    return rates;
  }
}

const zeros = (length: number): number[] => new Array<number>(length).fill(0);

function increase(numbers: number[], index: number): void {
  numbers[index] = (numbers[index] ?? 0) + 1;
}
