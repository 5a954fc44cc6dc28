import type { MigrationContext } from '../src/database/migration.js';

/**
 * Stores the breakdown of a score beside the score, so that both are of one instant and are read in one row. It is null
 * if the score was never calculated, or by a version without these columns. No constraint requires that the points add
 * up to the score, because the earlier version may still run and writes scores without points.
 */
export async function up(context: MigrationContext): Promise<void> {
  await context.run(`
    ALTER TABLE leads
      ADD COLUMN "recencyPoints" smallint,
      ADD COLUMN "engagementPoints" smallint,
      ADD COLUMN "budgetPoints" smallint,
      ADD COLUMN "statusPoints" smallint,
      ADD COLUMN "lastContactAt" timestamptz,
      ADD COLUMN "meetingCount" integer,
      ADD COLUMN "callCount" integer,
      ADD COLUMN "emailCount" integer`);
}

export async function down(context: MigrationContext): Promise<void> {
  await context.run(`
    ALTER TABLE leads
      DROP COLUMN "recencyPoints",
      DROP COLUMN "engagementPoints",
      DROP COLUMN "budgetPoints",
      DROP COLUMN "statusPoints",
      DROP COLUMN "lastContactAt",
      DROP COLUMN "meetingCount",
      DROP COLUMN "callCount",
      DROP COLUMN "emailCount"`);
}
