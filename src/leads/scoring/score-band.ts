/** Classifies open leads by their score. */
export type ScoreBand = 'hot' | 'warm' | 'cold' | 'unscored';

/** The lowest scores of the bands; `cold` begins at 0. */
export interface ScoreBands {
  readonly hot: number;
  readonly warm: number;
}

/** From the highest scores to the lowest, followed by leads without a score. */
export const SCORE_BANDS: readonly ScoreBand[] = ['hot', 'warm', 'cold', 'unscored'];

/** @param score of an open lead; a closed lead has no band */
export function bandOf(score: number | null, { hot, warm }: ScoreBands): ScoreBand {
  if (score === null) return 'unscored';
  if (score >= hot) return 'hot';
  return score >= warm ? 'warm' : 'cold';
}

/** Returns the scores of a band, including both ends; null: leads without a score. */
export function scoresOf(band: ScoreBand, { hot, warm }: ScoreBands): { min: number; max: number } | null {
  switch (band) {
    case 'hot':
      return { min: hot, max: 100 };
    case 'warm':
      return { min: warm, max: hot - 1 };
    case 'cold':
      return { min: 0, max: warm - 1 };
    case 'unscored':
      return null;
  }
}
