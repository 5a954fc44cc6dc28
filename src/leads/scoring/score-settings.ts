import type { ScoreBands } from './score-band.js';

/** What an operator decides about scores. */
export class ScoreSettings {
  constructor(
    /** How often scores that may have changed are calculated again, in seconds; null: never by itself. */
    readonly refreshSeconds: number | null,
    /** The lowest scores of open leads that are HOT and WARM, 1 to 100; `hot` is the higher one. */
    readonly bands: ScoreBands,
    /** When all scores are recalculated: a cron expression in UTC; null: never by itself. */
    readonly recalculationCron: string | null,
  ) {}
}
