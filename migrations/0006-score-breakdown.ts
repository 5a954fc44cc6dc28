import type { MigrationContext } from '../src/database/migration.js';

/**
 * What explains a score is kept with it, so that both are of one instant and can be read in one row. Null
 * where a score was never calculated, or by a version that did not keep this. No check ties the points to the
 * score: the earlier version, which may still run, writes a score without them.
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
