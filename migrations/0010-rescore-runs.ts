import type { MigrationContext } from '../src/database/migration.js';

/**
 * The record of every recalculation. A row is `running` only while its process has the advisory lock; otherwise the
 * process has died. `scheduledFor` is the instant of the schedule. It is unique, so only one of the replicas starts the
 * scheduled recalculation.
 */
export async function up(context: MigrationContext): Promise<void> {
  await context.run(`
    CREATE TABLE rescore_runs (
      id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      "startedBy" varchar(16) NOT NULL
        CONSTRAINT "rescore_runs_startedBy_check" CHECK ("startedBy" IN ('api', 'schedule', 'command')),
      "startedOn" varchar(255) NOT NULL,
      "onlyStale" boolean NOT NULL,
      "scheduledFor" timestamptz CONSTRAINT "rescore_runs_scheduledFor_key" UNIQUE,
      status varchar(16) NOT NULL DEFAULT 'running'
        CONSTRAINT rescore_runs_status_check
        CHECK (status IN ('running', 'succeeded', 'failed', 'cancelled', 'interrupted')),
      "asOf" timestamptz NOT NULL,
      "startedAt" timestamptz NOT NULL,
      "endedAt" timestamptz,
      "totalCount" integer NOT NULL,
      "calculatedCount" integer NOT NULL DEFAULT 0,
      "doneCount" integer NOT NULL DEFAULT 0,
      "skippedCount" integer NOT NULL DEFAULT 0,
      "failedCount" integer NOT NULL DEFAULT 0,
      failures jsonb NOT NULL DEFAULT '[]',
      error text
    );
    CREATE INDEX rescore_runs_running_idx ON rescore_runs (id) WHERE status = 'running'`);
}

export async function down(context: MigrationContext): Promise<void> {
  await context.run('DROP TABLE rescore_runs');
}
