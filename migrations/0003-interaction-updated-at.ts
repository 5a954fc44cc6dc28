import type { MigrationContext } from '../src/database/migration.js';

/** The default serves the earlier version, which may still be inserting rows and does not know the column. */
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
