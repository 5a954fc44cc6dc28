import type { MigrationContext } from '../src/database/migration.js';

/**
 * Up to where in the write-ahead log each caller has written, for reading from replicas what somebody has just written;
 * no position: it is writing. It is written with every mutation and of use for minutes, so not worth a log of its own: a
 * crash empties it, which the row of nobody, '', shows by being gone.
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
