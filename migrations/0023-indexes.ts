import type { MigrationContext } from '../src/database/migration.js';

/** For scores that are dated in the future, and for the jobs of a batch, which are added in pages of positions. */
const NEW = {
  lead_scores_validFrom_idx: 'lead_scores ("validFrom")',
  summary_batch_items_position_idx: 'summary_batch_items ("batchId", position)',
} as const;

/** Indexes that only versions before migration 0018 read, and one that no statement reads. */
const OLD = {
  leads_email_lower_idx: 'leads (lower(email))',
  leads_company_idx: 'leads (lower(company))',
  leads_location_idx: 'leads (lower(location))',
  leads_search_idx: `leads USING gin (
    (lower(' ' || "firstName" || ' ' || "lastName" || ' ' || email || ' ' || coalesce(company, ''))) gin_trgm_ops
  )`,
  summary_generations_batchId_idx: 'summary_generations ("batchId") WHERE "batchId" IS NOT NULL',
} as const;

/** Indexes are built and dropped concurrently. */
export const isTransactional = false;

export async function up(context: MigrationContext): Promise<void> {
  await replace(context, OLD, NEW);
}

export async function down(context: MigrationContext): Promise<void> {
  await replace(context, NEW, OLD);
}

/** A failed attempt may have built some of the indexes, the last one invalid. */
async function replace(
  context: MigrationContext,
  old: Record<string, string>,
  now: Record<string, string>,
): Promise<void> {
  for (const name of Object.keys({ ...old, ...now })) {
    await context.run(`DROP INDEX CONCURRENTLY IF EXISTS "${name}"`);
  }
  for (const [name, definition] of Object.entries(now)) {
    await context.run(`CREATE INDEX CONCURRENTLY "${name}" ON ${definition}`);
  }
}
