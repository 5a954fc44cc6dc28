import { bandOf, SCORE_BANDS, type ScoreBand, type ScoreBands } from '../scoring/score-band.js';

/** A range of scores that includes both ends. */
export interface ScoreBin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

export interface ScoreCount {
  /** 0 to 100; null: never calculated. */
  readonly score: number | null;
  readonly count: number;
}

const BIN_WIDTH = 10;
const HIGHEST_SCORE = 100;

const sum = (counts: readonly ScoreCount[]): number => counts.reduce((total, { count }) => total + count, 0);

/** Counts open leads by band, including empty bands. @param counts of open leads */
export function countByBand(
  counts: readonly ScoreCount[],
  bands: ScoreBands,
): { band: ScoreBand; count: number }[] {
  return SCORE_BANDS.map((band) => ({
    band,
    count: sum(counts.filter(({ score }) => bandOf(score, bands) === band)),
  }));
}

/** Returns ten bins, including empty ones. The last bin includes the score 100. */
export function histogram(counts: readonly ScoreCount[]): ScoreBin[] {
  return Array.from({ length: HIGHEST_SCORE / BIN_WIDTH }, (_, index) => {
    const from = index * BIN_WIDTH;
    const to = from + BIN_WIDTH === HIGHEST_SCORE ? HIGHEST_SCORE : from + BIN_WIDTH - 1;
    return {
      from,
      to,
      count: sum(counts.filter(({ score }) => score !== null && score >= from && score <= to)),
    };
  });
}
