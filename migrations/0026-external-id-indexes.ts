import type { MigrationContext } from '../src/database/migration.js';

/** Two rows never have the same external id of one source. Few rows of an adopted database have one. */
const INDEXES = {
  leads_externalId_key: 'leads ("externalSource", "externalId") WHERE "externalId" IS NOT NULL',
  interactions_externalId_key: 'interactions ("externalSource", "externalId") WHERE "externalId" IS NOT NULL',
} as const;

/** Indexes are built concurrently, and validating a constraint lets writers continue. */
export const isTransactional = false;

export async function up(context: MigrationContext): Promise<void> {
  await dropIndexes(context);
  for (const [name, definition] of Object.entries(INDEXES)) {
    await context.run(`CREATE UNIQUE INDEX CONCURRENTLY "${name}" ON ${definition}`);
  }
  await context.run('ALTER TABLE leads VALIDATE CONSTRAINT "leads_externalId_check"');
  await context.run('ALTER TABLE interactions VALIDATE CONSTRAINT "interactions_externalId_check"');
}

/** A constraint cannot become invalid again, so each is replaced. */
export async function down(context: MigrationContext): Promise<void> {
  await dropIndexes(context);
  for (const table of ['leads', 'interactions']) {
    await context.run(`
      ALTER TABLE ${table} DROP CONSTRAINT "${table}_externalId_check",
        ADD CONSTRAINT "${table}_externalId_check" CHECK (("externalSource" IS NULL) = ("externalId" IS NULL)) NOT VALID`);
  }
}

/** A failed attempt may have built some of the indexes, the last one invalid. */
async function dropIndexes(context: MigrationContext): Promise<void> {
  for (const name of Object.keys(INDEXES)) {
    await context.run(`DROP INDEX CONCURRENTLY IF EXISTS "${name}"`);
  }
}
