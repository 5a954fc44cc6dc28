/** What an operator decides about scores. */
export class ScoreSettings {
  constructor(
    /** The age from which a score counts as stale, in hours. */
    readonly maxAgeHours: number,
    /** When all scores are recalculated: a cron expression in UTC; null: never by itself. */
    readonly rescoreCron: string | null,
  ) {}
}
