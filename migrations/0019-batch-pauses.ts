import type { MigrationContext } from '../src/database/migration.js';

/** Until when workers of a batch wait, since the provider asked for a pause or is down. */
export async function up(context: MigrationContext): Promise<void> {
  await context.run('ALTER TABLE summary_batches ADD COLUMN "pausedUntil" timestamptz');
}

export async function down(context: MigrationContext): Promise<void> {
  await context.run('ALTER TABLE summary_batches DROP COLUMN "pausedUntil"');
}
