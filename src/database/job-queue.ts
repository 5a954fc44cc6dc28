import type pg from 'pg';
import type { Logger, run, runMigrations } from 'graphile-worker';
import { DedicatedConnections } from './dedicated-connections.js';

/**
 * The schema of the queue's tables. It is not the library's default, so that workers of other programs do not
 * take our jobs.
 */
export const QUEUE_SCHEMA = 'summary_queue';

/**
 * Loads the queue library, with a logger that discards everything. Only programs that apply migrations or
 * start workers need it. The library logs internals only; its promises report all relevant errors.
 */
export async function loadQueueLibrary(): Promise<QueueLibrary> {
  const { Logger, run, runMigrations } = await import('graphile-worker');
  return { run, runMigrations, silentLogger: new Logger(() => () => undefined) };
}

interface QueueLibrary {
  readonly run: typeof run;
  readonly runMigrations: typeof runMigrations;
  readonly silentLogger: Logger;
}

const ROW_PRIVILEGES = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];

/** SQL that is true if the role may use the queue. Reads catalogs only, so it never fails. */
export const QUEUE_IS_USABLE = `(
  SELECT count(*) = 2 AND bool_and(has_schema_privilege(n.oid, 'USAGE') AND CASE relname
    WHEN 'jobs' THEN has_table_privilege(c.oid, 'SELECT')
    ELSE ${ROW_PRIVILEGES.map((privilege) => `has_table_privilege(c.oid, '${privilege}')`).join(' AND ')}
      AND (NOT row_security_active(c.oid) OR EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid)) END)
  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE n.nspname = '${QUEUE_SCHEMA}' AND c.relname IN ('jobs', '_private_jobs')
)`;

const QUEUE_EXISTS = `
  SELECT FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE n.nspname = '${QUEUE_SCHEMA}' AND c.relname = '_private_jobs'`;

/** Whether the tables of the queue exist. Every role may call this. */
export async function queueExists(client: Pick<pg.Client, 'query'>): Promise<boolean> {
  const { rows } = await client.query(QUEUE_EXISTS);
  return rows.length > 0;
}

/**
 * The library enables row-level security without a policy, which hides all rows from every role but the
 * owner. A server could then not use a role of its own. Privileges already control access to the queue.
 */
const ALLOW_OTHER_ROLES = `
  DO $$
  DECLARE queue_table regclass;
  BEGIN
    SET LOCAL lock_timeout = '15s';
    FOR queue_table IN
      SELECT c.oid FROM pg_class AS c
      WHERE c.relnamespace = '${QUEUE_SCHEMA}'::regnamespace AND c.relkind = 'r' AND c.relrowsecurity
        AND NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid)
    LOOP
      EXECUTE format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', queue_table);
    END LOOP;
  END $$`;

/**
 * Applies the library's migrations of the queue tables. If several processes call this at once, one applies
 * them.
 */
export async function migrateQueue(url: string): Promise<void> {
  const { runMigrations, silentLogger } = await loadQueueLibrary();
  const pool = new DedicatedConnections(url).pool('migrator', 1);
  try {
    await runMigrations({ pgPool: pool, schema: QUEUE_SCHEMA, logger: silentLogger });
    await pool.query(ALLOW_OTHER_ROLES);
  } finally {
    await pool.end();
  }
}
