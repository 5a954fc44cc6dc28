import type { MigrationContext } from '../src/database/migration.js';

/** API keys of programs. Only the hash of a key is stored. Revoked keys are kept as a record. */
export async function up(context: MigrationContext): Promise<void> {
  await context.run(`
    CREATE TABLE api_keys (
      id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      name varchar(100) NOT NULL CONSTRAINT api_keys_name_check CHECK (name <> ''),
      role varchar(16) NOT NULL CONSTRAINT api_keys_role_check CHECK (role IN ('viewer', 'rep', 'admin')),
      "keyHash" bytea NOT NULL CONSTRAINT "api_keys_keyHash_check" CHECK (length("keyHash") = 32),
      "createdAt" timestamptz NOT NULL DEFAULT clock_timestamp(),
      "revokedAt" timestamptz
    );
    CREATE UNIQUE INDEX api_keys_name_key ON api_keys (name) WHERE "revokedAt" IS NULL`);
}

export async function down(context: MigrationContext): Promise<void> {
  await context.run('DROP TABLE api_keys');
}
