import type { MigrationContext } from '../src/database/migration.js';

/** Whether a model or the template wrote a summary. Null: a version without this column wrote it. */
export async function up(context: MigrationContext): Promise<void> {
  await context.run(`
    ALTER TABLE leads ADD COLUMN "summarySource" varchar(16)
      CONSTRAINT "leads_summarySource_check" CHECK ("summarySource" IN ('model', 'template'))`);
}

export async function down(context: MigrationContext): Promise<void> {
  await context.run('ALTER TABLE leads DROP COLUMN "summarySource"');
}
