import type { MigrationContext } from '../src/database/migration.js';

/**
 * The position of the last write of each caller in the write-ahead log, so that a caller reads its own writes from a
 * replica. A null position: the write is in progress. Every mutation writes a row, which is needed for minutes only, so
 * the table is UNLOGGED. A crash empties it. The server then finds that the row of the caller '' is missing.
 */
export async function up(context: MigrationContext): Promise<void> {
  await context.run(`
    CREATE UNLOGGED TABLE caller_writes (
      caller text NOT NULL,
      "writeId" uuid NOT NULL,
      position pg_lsn,
      "createdAt" timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (caller, "writeId")
    )`);
}

export async function down(context: MigrationContext): Promise<void> {
  await context.run('DROP TABLE caller_writes');
}
