import { validateCronExpression } from 'cron';
import { z } from 'zod';
import { integer, type SettingsOf, text } from './setting-kinds.js';

export abstract class ScoreSettings {
  /**
   * Interval in seconds at which scores that may have changed are recalculated; null: never automatically.
   */
  abstract readonly refreshSeconds: number | null;
  /**
   * Schedule of the recalculation of all scores, as a cron expression in UTC; null: never automatically.
   */
  abstract readonly recalculationCron: string | null;
}

export const scoresShape = {
  SCORE_REFRESH_SECONDS: integer(
    'SCORE_REFRESH_SECONDS',
    0,
    86_400,
    60,
    'How often the server refreshes scores that time has changed, in seconds. `0` turns the refresher off.',
  ),
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
    recalculationCron: env.RECALCULATION_CRON ?? null,
  };
}
