import type { MigrationContext } from '../src/database/migration.js';

/**
 * When each score was calculated. A score that is there already has no known time, so it gets the time of the
 * migration; a lead without a score keeps null, which means never calculated. Whole milliseconds, since that
 * is what a JavaScript date can hold and a later score must compare as later.
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
