import { validateCronExpression } from 'cron';
import { z } from 'zod';
import { integer, type SettingsOf, text, trim } from './setting-kinds.js';

export abstract class ScoreSettings {
  /**
   * Interval in seconds at which scores that may have changed are recalculated; null: never automatically.
   */
  abstract readonly refreshSeconds: number | null;
  /** Open leads are HOT from `hot`, WARM from `warm`, else COLD. */
  abstract readonly bands: { readonly hot: number; readonly warm: number };
  /**
   * Schedule of the recalculation of all scores, as a cron expression in UTC; null: never automatically.
   */
  abstract readonly recalculationCron: string | null;
}

const DEFAULT_BANDS = '70,40';

/** Two scores such as 70,40: the minimum scores of open leads that are HOT and WARM. */
function bands() {
  const rule = 'SCORE_BANDS must be two whole numbers from 1 to 100, the higher one first, such as 70,40';
  return z.preprocess(
    trim,
    z
      .string()
      .regex(/^\d{1,3}\s*,\s*\d{1,3}$/, rule)
      .default(DEFAULT_BANDS)
      .transform((value) => value.split(',').map(Number))
      .transform(([hot = 0, warm = 0]) => ({ hot, warm }))
      .refine(({ hot, warm }) => hot <= 100 && hot > warm && warm >= 1, rule),
  );
}

export const scoresShape = {
  SCORE_REFRESH_SECONDS: integer(
    'SCORE_REFRESH_SECONDS',
    0,
    86_400,
    60,
    'How often the server refreshes scores that time has changed, in seconds. `0` turns the refresher off.',
  ),
  SCORE_BANDS: bands().meta({
    meaning: 'From which score an open lead is HOT, and from which WARM.',
    defaultValue: DEFAULT_BANDS,
  }),
  RECALCULATION_CRON: text()
    .refine(
      (value) => value === undefined || validateCronExpression(value).valid,
      'RECALCULATION_CRON must be a cron expression such as 0 3 * * *',
    )
    .meta({
      meaning:
        'When the server recalculates all scores: a cron expression in UTC, such as `0 3 * * *`, with or without seconds.',
      unset: 'never',
    }),
} satisfies z.ZodRawShape;

export function scoreSettings(env: SettingsOf<typeof scoresShape>): ScoreSettings {
  return {
    refreshSeconds: env.SCORE_REFRESH_SECONDS === 0 ? null : env.SCORE_REFRESH_SECONDS,
    bands: Object.freeze(env.SCORE_BANDS),
    recalculationCron: env.RECALCULATION_CRON ?? null,
  };
}
