import type { MigrationContext } from '../src/database/migration.js';

const INDEXES = {
  leads_status_key_idx: `(label_key(coalesce(status, 'new')))`,
  leads_source_key_idx: '(label_key(source))',
  leads_email_key_idx: '(email_key(email))',
  leads_company_key_idx: '(fold_text(company))',
  leads_location_key_idx: '(fold_text(location))',
  leads_search_key_idx: `USING gin ((' ' || fold_text(
    "firstName" || ' ' || "lastName" || ' ' || email || ' ' || coalesce(company, '')
  )) gin_trgm_ops)`,
} as const;

/** CREATE INDEX CONCURRENTLY does not block reads and writes. It is not allowed inside a transaction. */
export const isTransactional = false;

/**
 * Indexes on the functions of migration 0017. The indexes that they replace (leads_company_idx, leads_location_idx,
 * leads_search_idx, leads_email_lower_idx) stay for the previous version, which may still run; a later migration can
 * drop them.
 */
export async function up(context: MigrationContext): Promise<void> {
  await dropIndexes(context);
  for (const [name, definition] of Object.entries(INDEXES)) {
    await context.run(`CREATE INDEX CONCURRENTLY ${name} ON leads ${definition}`);
  }
  await context.run('ANALYZE leads');
}

export async function down(context: MigrationContext): Promise<void> {
  await dropIndexes(context);
}

/** A failed attempt may have built some of the indexes, the last one invalid. */
async function dropIndexes(context: MigrationContext): Promise<void> {
  for (const name of Object.keys(INDEXES)) {
    await context.run(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`);
  }
}
