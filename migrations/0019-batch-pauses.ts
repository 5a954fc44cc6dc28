import type { MigrationContext } from '../src/database/migration.js';

/** The time until which the workers of a batch wait, because the provider has requested a pause or is down. */
export async function up(context: MigrationContext): Promise<void> {
  await context.run('ALTER TABLE summary_batches ADD COLUMN "pausedUntil" timestamptz');
}

export async function down(context: MigrationContext): Promise<void> {
  await context.run('ALTER TABLE summary_batches DROP COLUMN "pausedUntil"');
}
