import pg from 'pg';
import { OperatorError } from '../common/operator-error.js';

export type Client = Pick<pg.Client, 'query'>;

/** The location of an installation. A database contains one installation, in one schema. */
export interface Installation {
  readonly database: string;
  /** Quoted as an SQL identifier if necessary. */
  readonly role: string;
  /**
   * The schema with the tables, or the one in which they would be created; null: the search path has none.
   */
  readonly schema: string | null;
  /** The schema in which new tables are created; null: the search path has none. */
  readonly creationSchema: string | null;
  /** The table of applied migrations; null: the search path has none. */
  readonly migrationsTable: { readonly isReadable: boolean } | null;
}

interface Facts extends Omit<Installation, 'schema' | 'migrationsTable'> {
  readonly encoding: string;
  readonly migrationsSchema: string | null;
  readonly mayReadMigrations: boolean | null;
  readonly installations: readonly { readonly schema: string; readonly isUsable: boolean }[];
}

/** Reads only catalogs, which every role may read. */
const READ_FACTS = `
  SELECT current_database()::text AS database, quote_ident(current_user) AS role,
    current_schema()::text AS "creationSchema", pg_encoding_to_char(encoding)::text AS encoding,
    visible.schema AS "migrationsSchema", visible."mayRead" AS "mayReadMigrations",
    ARRAY(
      SELECT jsonb_build_object('schema', n.nspname, 'isUsable', has_schema_privilege(n.oid, 'USAGE'))
      FROM pg_namespace AS n
      WHERE EXISTS (SELECT FROM pg_class WHERE relnamespace = n.oid AND relkind = 'r' AND relname = 'SequelizeMeta')
        AND EXISTS (SELECT FROM pg_class WHERE relnamespace = n.oid AND relkind = 'r' AND relname = 'rescore_runs')
      ORDER BY n.nspname
    ) AS installations
  FROM pg_database
  LEFT JOIN LATERAL (
    SELECT n.nspname::text AS schema, has_table_privilege(c.oid, 'SELECT') AS "mayRead"
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relname = 'SequelizeMeta' AND c.relkind = 'r' AND pg_table_is_visible(c.oid)
  ) AS visible ON true
  WHERE datname = current_database()`;

/**
 * Finds the installation that a connection would use.
 * @throws OperatorError if another schema of the database contains an installation
 */
export async function findInstallation(client: Client): Promise<Installation> {
  const facts = await readFacts(client);
  const { database, role, creationSchema, migrationsSchema } = facts;
  const schema = migrationsSchema ?? creationSchema;
  requireOneInstallation(facts, schema);
  const migrationsTable = migrationsSchema === null ? null : { isReadable: facts.mayReadMigrations === true };
  return { database, role, schema, creationSchema, migrationsTable };
}

/** @throws OperatorError if the table of applied migrations exists but the role may not read it */
export function requireReadableMigrations({ database, role, schema, migrationsTable }: Installation): void {
  if (migrationsTable?.isReadable !== false) return;
  throw new OperatorError(
    `The role ${role} may not read the table of applied migrations in the database ${database}. Run as its owner or an administrator: GRANT SELECT ON TABLE ${pg.escapeIdentifier(schema ?? '')}."SequelizeMeta" TO ${role};`,
  );
}

async function readFacts(client: Client): Promise<Facts> {
  const { rows } = await client.query<Facts>(READ_FACTS);
  if (rows[0] === undefined) throw new Error('READ_FACTS returned no row');
  return rows[0];
}

/**
 * Two installations in one database would process each other's jobs: the job queue, advisory locks and
 * notification channels belong to the database, not to a schema.
 */
function requireOneInstallation(facts: Facts, schema: string | null): void {
  const { database, role, migrationsSchema, installations } = facts;
  const other = installations.find((installation) => installation.schema !== schema);
  if (other === undefined) return;
  if (!other.isUsable && migrationsSchema === null) {
    throw new OperatorError(
      `The tables in the database ${database} are in the schema ${other.schema}, and the role ${role} may not use it. Run as its owner or an administrator: GRANT USAGE ON SCHEMA ${pg.escapeIdentifier(other.schema)} TO ${role};`,
    );
  }
  throw new OperatorError(
    `The database ${database} contains an installation in the schema ${other.schema}, and this connection uses the schema ${schema ?? '(none)'}. Two installations in one database would take each other's jobs. Use a separate database for each installation; if ${other.schema} is the right schema, put it first in the search_path of the role ${role}.`,
  );
}

/** @throws OperatorError if the database cannot store every Unicode text */
export async function requireUtf8(client: Client): Promise<void> {
  const { database, encoding } = await readFacts(client);
  if (encoding === 'UTF8') return;
  throw new OperatorError(
    `The database ${database} has the encoding ${encoding}, which cannot store every name and note. Use a database with the encoding UTF8: CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8';`,
  );
}

/** The locale is in one of three columns, and older versions of PostgreSQL lack two of them. */
const READ_CASE_FOLDING = `
  SELECT lower(chr(201)) = chr(233) AS "foldsCase",
    coalesce(to_jsonb(d)->>'datlocale', to_jsonb(d)->>'daticulocale', d.datctype) AS locale,
    d.datname::text AS database
  FROM pg_database AS d WHERE datname = current_database()`;

/** A warning about a database whose lower() does not change É; null if it does. The encoding must be UTF8. */
export async function caseFoldingWarning(client: Client): Promise<string | null> {
  const { rows } = await client.query<{ foldsCase: boolean; locale: string; database: string }>(
    READ_CASE_FOLDING,
  );
  const [row] = rows;
  if (row === undefined || row.foldsCase) return null;
  return `The database ${row.database} has the locale ${row.locale}, which changes the case of ASCII letters only: searches, filters and e-mail addresses treat É and é as different letters. Use a database with a UTF-8 locale: CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8';`;
}
