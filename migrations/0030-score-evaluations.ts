import type { MigrationContext } from '../src/database/migration.js';

/** Keeps a record of each evaluation of scoring rules. `Lead.winRate` comes from the latest one of the rules in force. */
export async function up(context: MigrationContext): Promise<void> {
  await context.run(`
    CREATE TABLE score_evaluations (
      id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      "rulesId" integer NOT NULL
        CONSTRAINT "score_evaluations_rulesId_fkey" REFERENCES scoring_rules (id) ON DELETE CASCADE,
      "horizonDays" integer NOT NULL,
      "landmarkEvery" integer NOT NULL,
      "startedBy" text NOT NULL,
      host text NOT NULL,
      status text NOT NULL DEFAULT 'running'
        CONSTRAINT score_evaluations_status_check
        CHECK (status IN ('running', 'succeeded', 'failed', 'cancelled', 'interrupted')),
      "startedAt" timestamptz NOT NULL,
      "endedAt" timestamptz,
      "doneCount" integer NOT NULL DEFAULT 0,
      "totalCount" integer,
      report jsonb,
      error text,
      CONSTRAINT score_evaluations_report_check CHECK ((report IS NOT NULL) = (status = 'succeeded'))
    )`);
}

export async function down(context: MigrationContext): Promise<void> {
  await context.run('DROP TABLE score_evaluations');
}
