import type { ScoreBands } from './score-band.js';

/** Settings of scores. */
export class ScoreSettings {
  constructor(
    /**
     * The interval, in seconds, at which possibly outdated scores are refreshed; null: no automatic refresh.
     */
    readonly refreshSeconds: number | null,
    /** The lowest scores of the bands HOT and WARM, 1 to 100; `hot` is higher than `warm`. */
    readonly bands: ScoreBands,
    /** The schedule of recalculations of all scores, as a cron expression in UTC; null: no schedule. */
    readonly recalculationCron: string | null,
  ) {}
}
