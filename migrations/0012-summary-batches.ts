import type { MigrationContext } from '../src/database/migration.js';

/**
 * Batches of summaries, and their progress. The jobs are in the schema `summary_queue`, which the library of the queue
 * creates and migrates. Undoing this migration removes that schema too.
 */
export async function up(context: MigrationContext): Promise<void> {
  await context.run(`
    CREATE TABLE summary_batches (
      id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      status varchar(16) NOT NULL DEFAULT 'running'
        CONSTRAINT summary_batches_status_check
        CHECK (status IN ('running', 'succeeded', 'budget_spent', 'cancelled', 'failed')),
      "startedBy" varchar(16) NOT NULL
        CONSTRAINT "summary_batches_startedBy_check" CHECK ("startedBy" IN ('api', 'command')),
      "onlyStale" boolean NOT NULL,
      "limit" integer,
      "maxCostUsd" double precision,
      "costUsd" double precision NOT NULL DEFAULT 0,
      "largestCostUsd" double precision,
      "totalCount" integer NOT NULL DEFAULT 0,
      "writtenCount" integer NOT NULL DEFAULT 0,
      "unchangedCount" integer NOT NULL DEFAULT 0,
      "failedCount" integer NOT NULL DEFAULT 0,
      "skippedCount" integer NOT NULL DEFAULT 0,
      "createdAt" timestamptz NOT NULL DEFAULT clock_timestamp(),
      "endedAt" timestamptz,
      error text
    );

    CREATE TABLE summary_batch_items (
      "batchId" integer NOT NULL REFERENCES summary_batches (id) ON DELETE CASCADE,
      "leadId" integer NOT NULL,
      position integer NOT NULL,
      status varchar(16) NOT NULL DEFAULT 'queued'
        CONSTRAINT summary_batch_items_status_check
        CHECK (status IN ('queued', 'writing', 'written', 'unchanged', 'failed', 'skipped')),
      "tryCount" integer NOT NULL DEFAULT 0,
      code varchar(64),
      reason text,
      "costUsd" double precision NOT NULL DEFAULT 0,
      "endedAt" timestamptz,
      PRIMARY KEY ("batchId", "leadId")
    );
    CREATE INDEX summary_batch_items_open_idx ON summary_batch_items ("batchId")
      WHERE status IN ('queued', 'writing');
    CREATE INDEX summary_batch_items_failed_idx ON summary_batch_items ("batchId", "leadId")
      WHERE status = 'failed'`);
}

export async function down(context: MigrationContext): Promise<void> {
  await context.run(`
    DROP TABLE summary_batch_items, summary_batches;
    DROP SCHEMA IF EXISTS summary_queue CASCADE`);
}
