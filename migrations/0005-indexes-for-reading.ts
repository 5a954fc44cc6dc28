import type { MigrationContext } from '../src/database/migration.js';

/**
 * An index of the interactions of a lead, newest first. It includes the type, so that scoring reads only the index and
 * never the table, which contains the notes. E-mail addresses are found in any letter case.
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
