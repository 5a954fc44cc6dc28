import pg from 'pg';
import { OperatorError } from '../common/operator-error.js';
import type { Client, Installation } from './database-requirements.js';
import { QUEUE_SCHEMA } from './job-queue.js';

/** The tables that the migrations create. A test compares these lists with a migrated database. */
export const APPLICATION_TABLES = [
  'api_keys',
  'caller_writes',
  'free_mail_domains',
  'import_changes',
  'imports',
  'interaction_versions',
  'interactions',
  'lead_changes',
  'lead_scores',
  'lead_summaries',
  'leads',
  'rate_limits',
  'rescore_runs',
  'score_evaluations',
  'scoring_rules',
  'summary_batch_items',
  'summary_batches',
  'summary_generations',
  'summary_leases',
];

/** The privileges for tables whose rows are never updated; all other tables need all four. */
const APPEND_ONLY_TABLES = {
  // Deletes are for the undo of an import, and for a later import that knows the first status of a lead.
  lead_changes: ['SELECT', 'INSERT', 'DELETE'],
  interaction_versions: ['SELECT', 'INSERT'],
  free_mail_domains: ['SELECT'],
};

/** The functions that statements and triggers call. A trigger function itself needs no privilege. */
export const APPLICATION_FUNCTIONS = [
  'contact_state_of',
  'decayed',
  'email_domain',
  'email_key',
  'fit_of',
  'fold_text',
  'interactions_changed_of',
  'is_open_status',
  'label_key',
  'leads_scored_in_the_future',
  'leads_scored_wrongly',
  'lock_leads',
  'score_of',
  'scoring_parameters_of',
  'scoring_rules_in_force',
  'take_rate_points',
];

/** The extensions that the migrations create if they are missing. */
export const REQUIRED_EXTENSIONS = ['pg_trgm'];

interface MissingPrivileges {
  /** The object type in a GRANT statement: TABLE, SCHEMA, … */
  readonly kind: string;
  readonly name: string;
  readonly privileges: readonly string[];
}

/**
 * $1: the schema with the tables, $2: the tables, $3: the functions. Reads only catalogs, which every role
 * may read.
 */
const READ_MISSING_PRIVILEGES = `
  WITH relations AS (
    SELECT c.oid, c.relkind, c.relname, n.nspname, format('%I.%I', n.nspname, c.relname) AS name
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v')
      AND ((n.nspname = $1 AND c.relname = ANY (ARRAY['SequelizeMeta'] || $2::text[])) OR n.nspname = '${QUEUE_SCHEMA}')
  ), missing AS (
    SELECT 'DATABASE' AS kind, quote_ident(current_database()) AS name, 'TEMPORARY' AS privilege
    WHERE NOT has_database_privilege(current_database(), 'TEMPORARY')
    UNION ALL
    SELECT 'SCHEMA', quote_ident(nspname), 'USAGE' FROM pg_namespace
    WHERE nspname IN ($1, '${QUEUE_SCHEMA}') AND NOT has_schema_privilege(oid, 'USAGE')
    UNION ALL
    SELECT 'TABLE', name, privilege
    FROM relations, unnest(CASE relname
      ${Object.entries(APPEND_ONLY_TABLES)
        .map(([table, privileges]) => `WHEN '${table}' THEN ARRAY['${privileges.join("', '")}']`)
        .join(' ')}
      ELSE ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE'] END) AS privilege
    WHERE (privilege = 'SELECT' OR (relkind <> 'v' AND relname NOT IN ('SequelizeMeta', 'migrations')))
      AND NOT has_table_privilege(oid, privilege)
    UNION ALL
    SELECT 'SEQUENCE', format('%I.%I', relations.nspname, s.relname), 'USAGE'
    FROM relations
    JOIN pg_depend AS d ON d.refobjid = relations.oid AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
    JOIN pg_class AS s ON s.oid = d.objid
    WHERE relations.nspname = $1 AND CASE WHEN s.relkind = 'S' THEN NOT has_sequence_privilege(s.oid, 'USAGE') END
    UNION ALL
    SELECT 'FUNCTION', format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)), 'EXECUTE'
    FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
    WHERE ((n.nspname = $1 AND p.proname = ANY ($3)) OR n.nspname = '${QUEUE_SCHEMA}')
      AND p.prorettype <> 'trigger'::regtype AND NOT has_function_privilege(p.oid, 'EXECUTE')
  )
  SELECT kind, name, array_agg(privilege ORDER BY privilege) AS privileges
  FROM missing GROUP BY kind, name ORDER BY kind, name`;

/** Row-level security without a policy hides all rows of the queue from every role but the owner. */
const READ_HIDDEN_QUEUE = `
  SELECT format('%I.%I', n.nspname, c.relname) AS name
  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE n.nspname = '${QUEUE_SCHEMA}' AND c.relkind = 'r' AND row_security_active(c.oid)
    AND NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid)
  ORDER BY 1`;

/**
 * Checks the privileges that a server and all commands except `migrate` need: for rows and for temporary
 * tables.
 * @throws OperatorError with the missing privileges and the statements that grant them
 */
export async function requireServerPrivileges(
  client: Client,
  { database, role, schema }: Installation,
): Promise<void> {
  const { rows: missing } = await client.query<MissingPrivileges>(READ_MISSING_PRIVILEGES, [
    schema,
    APPLICATION_TABLES,
    APPLICATION_FUNCTIONS,
  ]);
  if (missing.length > 0) {
    throw new OperatorError(
      `The role ${role} lacks privileges in the database ${database}. Run as the owner of the tables or an administrator:\n${grants(missing, role)}`,
    );
  }
  const { rows: hidden } = await client.query<{ name: string }>(READ_HIDDEN_QUEUE);
  if (hidden.length > 0) {
    throw new OperatorError(
      `Row-level security hides the job queue from the role ${role} (${hidden.map(({ name }) => name).join(', ')}). Run \`pnpm migrate\` as the owner of the tables, which turns it off for the queue.`,
    );
  }
}

/** One statement for all objects of a type that lack the same privileges. */
function grants(missing: readonly MissingPrivileges[], role: string): string {
  const statements = new Map<string, string[]>();
  for (const { kind, name, privileges } of missing) {
    const grant = `GRANT ${privileges.join(', ')} ON ${kind}`;
    statements.set(grant, [...(statements.get(grant) ?? []), name]);
  }
  return [...statements].map(([grant, names]) => `  ${grant} ${names.join(', ')} TO ${role};`).join('\n');
}

interface MigratorFacts {
  readonly mayCreateTables: boolean;
  readonly mayCreateInDatabase: boolean;
  readonly isSuperuser: boolean;
  readonly hasQueueSchema: boolean;
  /** Tables of other owners, by owner. The owner is quoted as an SQL identifier. */
  readonly foreignTables: Readonly<Record<string, readonly string[]>>;
  readonly missingExtensions: readonly { name: string; isAvailable: boolean; isTrusted: boolean }[];
}

/** $1: the schema for new tables, $2: the tables, $3: the extensions. */
const READ_MIGRATOR_FACTS = `
  SELECT has_schema_privilege($1::text, 'CREATE') AS "mayCreateTables",
    has_database_privilege(current_database(), 'CREATE') AS "mayCreateInDatabase",
    (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS "isSuperuser",
    EXISTS (SELECT FROM pg_namespace WHERE nspname = '${QUEUE_SCHEMA}') AS "hasQueueSchema",
    coalesce((
      SELECT jsonb_object_agg(owner, tables) FROM (
        SELECT quote_ident(pg_get_userbyid(c.relowner)) AS owner,
          jsonb_agg(format('%I.%I', n.nspname, c.relname) ORDER BY c.relname) AS tables
        FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p') AND NOT pg_has_role(c.relowner, 'USAGE')
          AND ((n.nspname = $1 AND c.relname = ANY (ARRAY['SequelizeMeta'] || $2::text[])) OR n.nspname = '${QUEUE_SCHEMA}')
        GROUP BY 1
      ) AS foreign_tables
    ), '{}') AS "foreignTables",
    ARRAY(
      SELECT jsonb_build_object('name', wanted, 'isAvailable', available.name IS NOT NULL, 'isTrusted',
        coalesce((SELECT (to_jsonb(v)->>'trusted')::boolean FROM pg_available_extension_versions AS v
          WHERE v.name = wanted AND v.version = available.default_version), false))
      FROM unnest($3::text[]) AS wanted LEFT JOIN pg_available_extensions AS available ON available.name = wanted
      WHERE wanted NOT IN (SELECT extname FROM pg_extension)
    ) AS "missingExtensions"`;

/**
 * Checks the requirements of the pending migrations before the first of them changes anything.
 * @throws OperatorError with everything that is missing and the remedies
 */
export async function requireMigratorPrivileges(client: Client, installation: Installation): Promise<void> {
  const { database, role, creationSchema } = installation;
  if (creationSchema === null) {
    throw new OperatorError(
      `The search_path of the role ${role} names no schema that exists and that the role may use. Run as an administrator, for example: GRANT USAGE, CREATE ON SCHEMA public TO ${role};`,
    );
  }
  const { rows } = await client.query<MigratorFacts>(READ_MIGRATOR_FACTS, [
    creationSchema,
    APPLICATION_TABLES,
    REQUIRED_EXTENSIONS,
  ]);
  const [facts] = rows;
  if (facts === undefined) throw new Error('READ_MIGRATOR_FACTS returned no row');
  const obstacles = obstaclesOf(facts, installation, creationSchema);
  if (obstacles.length === 0) return;
  throw new OperatorError(
    `The role ${role} cannot apply the migrations to the database ${database}, and nothing was changed:\n${obstacles.map((line) => `  - ${line}`).join('\n')}`,
  );
}

function obstaclesOf(facts: MigratorFacts, installation: Installation, creationSchema: string): string[] {
  const { role, schema } = installation;
  const database = pg.escapeIdentifier(installation.database);
  const grantCreate = `GRANT CREATE ON DATABASE ${database} TO ${role};`;
  const obstacles: string[] = [];
  if (schema !== creationSchema) {
    obstacles.push(
      `The tables are in the schema ${schema ?? '(none)'}, and new ones would go into ${creationSchema}. Put ${schema ?? 'the schema'} first in the search_path of the role.`,
    );
  }
  if (!facts.mayCreateTables) {
    obstacles.push(
      `It may not create tables. An administrator has to run: GRANT USAGE, CREATE ON SCHEMA ${pg.escapeIdentifier(creationSchema)} TO ${role};`,
    );
  }
  for (const [owner, tables] of Object.entries(facts.foreignTables)) {
    obstacles.push(
      `It does not own ${tables.join(', ')}. Connect as ${owner}, or an administrator has to run: GRANT ${owner} TO ${role};`,
    );
  }
  if (!facts.hasQueueSchema && !facts.mayCreateInDatabase) {
    obstacles.push(
      `It may not create the schema ${QUEUE_SCHEMA} of the job queue. An administrator has to run: ${grantCreate}`,
    );
  }
  for (const { name, isAvailable, isTrusted } of facts.missingExtensions) {
    if (!isAvailable) {
      obstacles.push(
        `The server does not have the extension ${name}. Install the package with the extensions of PostgreSQL (postgresql-contrib) there.`,
      );
    } else if (!facts.isSuperuser && !(isTrusted && facts.mayCreateInDatabase)) {
      const remedy = isTrusted ? `${grantCreate} or ` : '';
      obstacles.push(
        `It may not create the extension ${name}. An administrator has to run: ${remedy}CREATE EXTENSION ${name};`,
      );
    }
  }
  return obstacles;
}
