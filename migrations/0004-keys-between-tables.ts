import { type MigrationContext, MigrationPreconditionError } from '../src/database/migration.js';

/**
 * Adds the keys of the baseline that model sync may not have created in an adopted database: e-mail addresses are
 * unique, and an interaction belongs to a lead. They have names of their own, so that undoing this migration removes
 * only what it has added.
 */
export async function up(context: MigrationContext): Promise<void> {
  if (!(await hasUniqueEmail(context))) {
    await refuseDuplicateEmails(context);
    await context.run('CREATE UNIQUE INDEX leads_email_unique_idx ON leads (email)');
  }
  if (!(await hasLeadReference(context))) await addLeadReference(context);
}

export async function down(context: MigrationContext): Promise<void> {
  await context.run(`
    DROP INDEX IF EXISTS leads_email_unique_idx;
    ALTER TABLE interactions DROP CONSTRAINT IF EXISTS interactions_lead_reference`);
}

async function hasUniqueEmail(context: MigrationContext): Promise<boolean> {
  const rows = await context.rows(`
    SELECT 1 FROM pg_index AS i
    JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attname = 'email'
    WHERE i.indrelid = 'leads'::regclass AND i.indisunique AND i.indpred IS NULL AND i.indkey::text = a.attnum::text`);
  return rows.length > 0;
}

async function refuseDuplicateEmails(context: MigrationContext): Promise<void> {
  const duplicates = await context.rows<{ ids: string }>(`
    SELECT string_agg(id::text, ' and ' ORDER BY id) AS ids FROM leads GROUP BY email HAVING count(*) > 1
    ORDER BY min(id) LIMIT 20`);
  if (duplicates.length === 0) return;
  const ids = duplicates.map((row) => row.ids).join('; ');
  throw new MigrationPreconditionError(
    `these leads share an e-mail address (ids, the first 20 cases): ${ids}. Change or remove all but one of each, then migrate again.`,
  );
}

async function hasLeadReference(context: MigrationContext): Promise<boolean> {
  const rows = await context.rows(`
    SELECT 1 FROM pg_constraint
    WHERE contype = 'f' AND conrelid = 'interactions'::regclass AND confrelid = 'leads'::regclass`);
  return rows.length > 0;
}

/** Existing orphans stay and are not checked. New ones are rejected. */
async function addLeadReference(context: MigrationContext): Promise<void> {
  await context.run(`
    ALTER TABLE interactions ADD CONSTRAINT interactions_lead_reference
      FOREIGN KEY ("leadId") REFERENCES leads (id) ON UPDATE CASCADE ON DELETE CASCADE NOT VALID`);
  const orphans = await context.rows(`
    SELECT 1 FROM interactions AS i WHERE NOT EXISTS (SELECT 1 FROM leads AS l WHERE l.id = i."leadId") LIMIT 1`);
  if (orphans.length === 0) {
    await context.run('ALTER TABLE interactions VALIDATE CONSTRAINT interactions_lead_reference');
  }
}
