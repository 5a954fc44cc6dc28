import type { MigrationContext } from '../src/database/migration.js';

/** The earlier version may still insert rows. It does not know the column, which therefore has a default. */
export async function up(context: MigrationContext): Promise<void> {
  await context.run(`
    ALTER TABLE interactions ADD COLUMN "updatedAt" timestamptz;
    UPDATE interactions SET "updatedAt" = "createdAt";
    ALTER TABLE interactions
      ALTER COLUMN "updatedAt" SET DEFAULT now(),
      ALTER COLUMN "updatedAt" SET NOT NULL`);
}

export async function down(context: MigrationContext): Promise<void> {
  await context.run('ALTER TABLE interactions DROP COLUMN "updatedAt"');
}
