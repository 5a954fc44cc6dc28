import type { MigrationContext } from '../src/database/migration.js';

/**
 * Stores the latest backtest of each set of scoring rules, for each horizon and distance of landmarks. `Lead.winRate` comes
 * from that of the rules in force.
 */
export async function up(context: MigrationContext): Promise<void> {
  await context.run(`
    CREATE TABLE score_evaluations (
      "rulesId" integer NOT NULL
        CONSTRAINT "score_evaluations_rulesId_fkey" REFERENCES scoring_rules (id) ON DELETE CASCADE,
      "horizonDays" integer NOT NULL,
      "landmarkEvery" integer NOT NULL,
      "evaluatedAt" timestamptz NOT NULL,
      report jsonb NOT NULL,
      PRIMARY KEY ("rulesId", "horizonDays", "landmarkEvery")
    )`);
}

export async function down(context: MigrationContext): Promise<void> {
  await context.run('DROP TABLE score_evaluations');
}
