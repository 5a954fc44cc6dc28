/** How promising leads are, roughly. */
export type ScoreBand = 'hot' | 'warm' | 'cold' | 'unscored';

/** The lowest score of each band. */
const BANDS: readonly (readonly [ScoreBand, number])[] = [
  ['hot', 70],
  ['warm', 40],
  ['cold', 0],
];

/** Scores from one to another, both included. */
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

function bandOf(score: number | null): ScoreBand {
  if (score === null) return 'unscored';
  return BANDS.find(([, lowest]) => score >= lowest)?.[0] ?? 'cold';
}

/** Every band, whether or not there are leads in it. */
export function countByBand(counts: readonly ScoreCount[]): { band: ScoreBand; count: number }[] {
  return [...BANDS.map(([band]) => band), 'unscored' as const].map((band) => ({
    band,
    count: sum(counts.filter(({ score }) => bandOf(score) === band)),
  }));
}

/** Ten bins, whether or not there are leads in them; the last has 100 in it. */
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
