import type { MigrationContext } from '../src/database/migration.js';

/**
 * The time of the calculation of each score. The time of existing scores is unknown, so they get the time of the
 * migration. A lead without a score keeps null: never calculated. Times are whole milliseconds, like JavaScript
 * dates, so that a later score always compares as later.
 */
export async function up(context: MigrationContext): Promise<void> {
  await context.run(`
    ALTER TABLE leads ADD COLUMN "scoreCalculatedAt" timestamptz;
    UPDATE leads SET "scoreCalculatedAt" = date_trunc('milliseconds', now()) WHERE "activityScore" IS NOT NULL;
    CREATE INDEX "leads_scoreCalculatedAt_idx" ON leads ("scoreCalculatedAt")`);
}

export async function down(context: MigrationContext): Promise<void> {
  await context.run(`
    DROP INDEX "leads_scoreCalculatedAt_idx";
    ALTER TABLE leads DROP COLUMN "scoreCalculatedAt"`);
}
