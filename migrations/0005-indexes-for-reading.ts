import type { MigrationContext } from '../src/database/migration.js';

/**
 * A lead's interactions, newest first. The type rides along so that scoring reads the index alone and never
 * the table, which holds the notes. E-mails are looked up without regard to letter case.
 */
export async function up(context: MigrationContext): Promise<void> {
  await context.run(`
    CREATE INDEX "interactions_leadId_date_idx" ON interactions ("leadId", date DESC, id DESC) INCLUDE (type);
    CREATE INDEX leads_email_lower_idx ON leads (lower(email))`);
}

export async function down(context: MigrationContext): Promise<void> {
  await context.run(`
    DROP INDEX leads_email_lower_idx;
    DROP INDEX "interactions_leadId_date_idx"`);
}
