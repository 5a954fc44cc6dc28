import { quantile } from 'simple-statistics';

const MAX_BYTE = 255;

/** An interval of 95 %. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** How well an order of leads predicts which of them are won. Pairs are leads at landmarks. */
export interface RankingQuality {
  /**
   * The area under the ROC curve: the probability that a random pair that was won is ranked above a random pair
   * that was not. A tie counts half.
   */
  readonly auc: number;
  readonly aucInterval: Interval;
  /** The share of the top 10 % of the pairs that was won. */
  readonly topTenthWinRate: number;
  /** The win rate of each tenth of the pairs, from the top, divided by that of all pairs. */
  readonly liftByDecile: readonly number[];
}

/**
 * Collects the outcomes of pairs by their rank, and the same for data sets in which leads are resampled. The memory does
 * not depend on the number of pairs.
 */
export class Ranking {
  /** The pairs that were not won and those that were, alternating, by rank. */
  private readonly counts: Float64Array;
  /** The same in each resampled data set. */
  private readonly resampled: Float64Array;
  /**
   * Counts that are not yet added to `resampled`: one byte for each position and data set. Four of them are added at once,
   * which makes an evaluation about three times as fast.
   */
  private readonly pending: Uint8Array;
  private readonly pendingWords: Uint32Array;
  /** An upper bound for the pending counts of each position. */
  private readonly pendingLimits: Uint8Array;
  /** The pairs of one lead, and the positions that are not 0. */
  private readonly ofLead: Uint32Array;
  private positions: number[] = [];

  /**
   * @param ranks the number of ranks
   * @param replicates the number of resampled data sets, a multiple of 4
   */
  constructor(
    ranks: number,
    private readonly replicates: number,
  ) {
    this.counts = new Float64Array(2 * ranks);
    this.ofLead = new Uint32Array(2 * ranks);
    this.resampled = new Float64Array(2 * ranks * replicates);
    this.pending = new Uint8Array(2 * ranks * replicates);
    this.pendingWords = new Uint32Array(this.pending.buffer);
    this.pendingLimits = new Uint8Array(2 * ranks);
  }

  /** Adds a pair of the present lead. @param rank a whole number from 0; higher is better */
  add(rank: number, isWon: boolean): void {
    const position = 2 * rank + (isWon ? 1 : 0);
    const count = this.ofLead[position] ?? 0;
    if (count === 0) this.positions.push(position);
    this.ofLead[position] = count + 1;
  }

  /**
   * Ends the present lead.
   * @param weights how often each resampled data set contains the lead
   * @param largest the largest weight
   */
  endLead(weights: Uint8Array, largest: number): void {
    for (const position of this.positions) {
      const count = this.ofLead[position] ?? 0;
      this.ofLead[position] = 0;
      this.counts[position] = (this.counts[position] ?? 0) + count;
      this.resample(position, count, weights, largest);
    }
    this.positions = [];
  }

  private resample(position: number, count: number, weights: Uint8Array, largest: number): void {
    if ((this.pendingLimits[position] ?? 0) + count * largest > MAX_BYTE) this.flush(position);
    if (count * largest > MAX_BYTE) {
      const start = position * this.replicates;
      for (const [replicate, weight] of weights.entries()) {
        this.resampled[start + replicate] = (this.resampled[start + replicate] ?? 0) + count * weight;
      }
      return;
    }
    const words = new Uint32Array(weights.buffer);
    const { pendingWords } = this;
    const start = position * words.length;
    for (let word = 0; word < words.length; word += 1) {
      pendingWords[start + word] = (pendingWords[start + word] ?? 0) + count * (words[word] ?? 0);
    }
    this.pendingLimits[position] = (this.pendingLimits[position] ?? 0) + count * largest;
  }

  private flush(position: number): void {
    const { pending, resampled, replicates } = this;
    const start = position * replicates;
    for (let index = start; index < start + replicates; index += 1) {
      resampled[index] = (resampled[index] ?? 0) + (pending[index] ?? 0);
    }
    pending.fill(0, start, start + replicates);
    this.pendingLimits[position] = 0;
  }

  /** @returns null if no pair or every pair was won */
  quality(): RankingQuality | null {
    const auc = areaUnderCurve(this.counts);
    if (Number.isNaN(auc)) return null;
    const areas = this.resampledAreas();
    return {
      auc,
      aucInterval: { low: quantile(areas, 0.025), high: quantile(areas, 0.975) },
      topTenthWinRate: winRateOfShare(this.counts, 0, 0.1),
      liftByDecile: Array.from(
        { length: 10 },
        (_, decile) =>
          winRateOfShare(this.counts, decile / 10, (decile + 1) / 10) / winRateOfShare(this.counts, 0, 1),
      ),
    };
  }

  private resampledAreas(): number[] {
    for (const position of this.counts.keys()) this.flush(position);
    const counts = new Float64Array(this.counts.length);
    const areas: number[] = [];
    for (let replicate = 0; replicate < this.replicates; replicate += 1) {
      for (let position = 0; position < counts.length; position += 1) {
        counts[position] = this.resampled[position * this.replicates + replicate] ?? 0;
      }
      const area = areaUnderCurve(counts);
      if (!Number.isNaN(area)) areas.push(area);
    }
    return areas;
  }
}

/** Returns NaN if no pair or every pair was won. @param counts not won and won, alternating, by rank */
function areaUnderCurve(counts: Float64Array): number {
  let [lost, won, area] = [0, 0, 0];
  for (let position = 0; position < counts.length; position += 2) {
    const lostHere = counts[position] ?? 0;
    const wonHere = counts[position + 1] ?? 0;
    area += wonHere * (lost + lostHere / 2);
    lost += lostHere;
    won += wonHere;
  }
  return area / (lost * won);
}

/**
 * Returns the win rate of a share of the pairs. If the share ends within a rank, each pair of the rank counts with a
 * fraction.
 * @param from the start of the share, from the top
 * @param to its end
 */
function winRateOfShare(counts: Float64Array, from: number, to: number): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let [pairs, wins, above] = [0, 0, 0];
  for (let position = counts.length - 2; position >= 0; position -= 2) {
    const won = counts[position + 1] ?? 0;
    const here = (counts[position] ?? 0) + won;
    const inShare = Math.min(above + here, to * total) - Math.max(above, from * total);
    if (inShare > 0) {
      pairs += inShare;
      wins += (won * inShare) / here;
    }
    above += here;
  }
  return wins / pairs;
}
