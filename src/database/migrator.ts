import { readdirSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type pg from 'pg';
import { MigrationError, Umzug, type UmzugStorage } from 'umzug';
import { OperatorError } from '../common/operator-error.js';
import { ADVISORY_LOCKS } from './advisory-locks.js';
import { connectionFault } from './connection-faults.js';
import { migrateQueue } from './job-queue.js';
import { type Migration, type MigrationContext, MigrationRefusal } from './migration.js';
import { openSession } from './session.js';

/** Where the migrations are, in the sources as well as in the built output. */
const MIGRATIONS_DIRECTORY = fileURLToPath(new URL('../../migrations/', import.meta.url));

/** A deploy gives up rather than queue every request behind a table lock that it cannot get. */
const LOCK_TIMEOUT = '15s';

/** An index that is built concurrently waits for older transactions, and nobody waits for it. */
const CONCURRENT_LOCK_TIMEOUT = '10min';

const LOCK_POLL_MS = 100;

export interface MigrationStatus {
  readonly applied: readonly string[];
  readonly pending: readonly string[];
}

/** How far to go back: the latest migration alone, down to and including a named one, or all the way. */
export type MigrateDownTarget = { to: string } | 'latest' | 'all';

export interface MigratorOptions {
  readonly url: string;
  readonly directory?: string;
  /** Told each migration that was applied or undone. */
  readonly onMigration?: (event: 'applied' | 'undone', name: string) => void;
}

/**
 * Applies pending migrations, oldest first, each in a transaction of its own, and then those of the job queue.
 * @throws OperatorError where the database cannot be used, or where a migration fails: that one has then left
 *   nothing behind, and those before it stay applied
 */
export function migrateUp(options: MigratorOptions): Promise<void> {
  return withMigrator(options, async (umzug) => {
    await umzug.up();
    await migrateQueue(options.url);
  });
}

/** Undoes migrations, latest first. @throws OperatorError as `migrateUp` does, or where the name is unknown */
export function migrateDown(options: MigratorOptions, target: MigrateDownTarget): Promise<void> {
  return withMigrator(options, async (umzug) => {
    if (target === 'latest') await umzug.down();
    else if (target === 'all') await umzug.down({ to: 0 });
    else {
      const applied = await umzug.executed();
      if (!applied.some(({ name }) => name === target.to)) {
        throw new OperatorError(`No migration named ${target.to} is applied.`);
      }
      await umzug.down({ to: target.to });
    }
  });
}

/** Which migrations are applied and which are pending; changes nothing, and waits for nobody. */
export async function migrationStatus(options: MigratorOptions): Promise<MigrationStatus> {
  const client = await connect(options.url);
  try {
    const applied = await readApplied(client);
    const known = migrationNames(options.directory ?? MIGRATIONS_DIRECTORY);
    return { applied, pending: known.filter((name) => !applied.includes(name)) };
  } finally {
    await client.end();
  }
}

/** The migrations that this version brings along, oldest first. */
export const knownMigrations = (): string[] => migrationNames(MIGRATIONS_DIRECTORY);

async function withMigrator(
  options: MigratorOptions,
  work: (umzug: Umzug<pg.Client>) => Promise<void>,
): Promise<void> {
  const client = await connect(options.url);
  try {
    await lockMigrations(client);
    await client.query('CREATE TABLE IF NOT EXISTS "SequelizeMeta" ("name" varchar(255) PRIMARY KEY)');
    await client.query(`SET lock_timeout = '${LOCK_TIMEOUT}'`);
    await work(createUmzug(client, options));
  } catch (error) {
    // Umzug wraps what a migration throws; ours says more.
    throw error instanceof MigrationError ? error.cause : error;
  } finally {
    await client.end();
  }
}

/**
 * Waits until no other migrator is at work. The lock is the session's, so it outlives the transactions of the migrations
 * and ends with the connection. It is polled: CREATE INDEX CONCURRENTLY waits for every statement that is running, and a
 * migrator that waits inside pg_advisory_lock would be one of them.
 */
async function lockMigrations(client: pg.Client): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ isLocked: boolean }>(
      'SELECT pg_try_advisory_lock($1) AS "isLocked"',
      [ADVISORY_LOCKS.migrations],
    );
    if (rows[0]?.isLocked === true) return;
    await setTimeout(LOCK_POLL_MS);
  }
}

async function connect(url: string): Promise<pg.Client> {
  try {
    return await openSession({ url, purpose: 'migrator', connectTimeoutMs: 10_000 });
  } catch (error) {
    throw connectionFault(url, error);
  }
}

function createUmzug(client: pg.Client, options: MigratorOptions): Umzug<pg.Client> {
  const directory = options.directory ?? MIGRATIONS_DIRECTORY;
  const storage: UmzugStorage<pg.Client> = {
    executed: () => readApplied(client),
    // Written within the migration's own transaction; see runMigration.
    logMigration: () => Promise.resolve(),
    unlogMigration: () => Promise.resolve(),
  };
  return new Umzug({
    context: client,
    logger: undefined,
    storage,
    migrations: migrationNames(directory).map((name) => ({
      name,
      up: () => runMigration(client, directory, name, 'up', options),
      down: () => runMigration(client, directory, name, 'down', options),
    })),
  });
}

/** Names without extension: the same migration is a `.ts` in development and a `.js` once built. */
function migrationNames(directory: string): string[] {
  return readdirSync(directory)
    .filter((file) => /(?<!\.d)\.[jt]s$/.test(file))
    .map((file) => file.replace(/\.[jt]s$/, ''))
    .sort();
}

async function loadMigration(directory: string, name: string): Promise<Migration> {
  const file = readdirSync(directory).find(
    (entry) => /\.[jt]s$/.test(entry) && path.parse(entry).name === name,
  );
  return (await import(pathToFileURL(path.join(directory, file ?? name)).href)) as Migration;
}

async function readApplied(client: pg.Client): Promise<string[]> {
  const { rows: tables } = await client.query<{ table: string | null }>(
    `SELECT to_regclass('"SequelizeMeta"')::text AS table`,
  );
  if (tables[0]?.table == null) return [];
  const { rows } = await client.query<{ name: string }>('SELECT name FROM "SequelizeMeta" ORDER BY name');
  return rows.map(({ name }) => name);
}

/** A transactional change and the record of it are committed together; any other change is recorded when it is complete. */
async function runMigration(
  client: pg.Client,
  directory: string,
  name: string,
  direction: 'up' | 'down',
  { onMigration }: MigratorOptions,
): Promise<void> {
  const migration = await loadMigration(directory, name);
  const isTransactional = migration.isTransactional !== false;
  const work = async () => {
    await migration[direction](contextOf(client));
    await client.query(
      direction === 'up'
        ? 'INSERT INTO "SequelizeMeta" (name) VALUES ($1)'
        : 'DELETE FROM "SequelizeMeta" WHERE name = $1',
      [name],
    );
  };
  try {
    await (isTransactional ? inTransaction(client, work) : withPatience(client, work));
  } catch (error) {
    throw migrationFailure(name, direction, error, isTransactional);
  }
  onMigration?.(direction === 'up' ? 'applied' : 'undone', name);
}

async function inTransaction(client: pg.Client, work: () => Promise<void>): Promise<void> {
  await client.query('BEGIN ISOLATION LEVEL READ COMMITTED');
  try {
    await work();
    await client.query('COMMIT');
  } catch (error) {
    // If the connection is lost, PostgreSQL rolls back by itself and this fails too.
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

async function withPatience(client: pg.Client, work: () => Promise<void>): Promise<void> {
  await client.query(`SET lock_timeout = '${CONCURRENT_LOCK_TIMEOUT}'`);
  await work();
  await client.query(`SET lock_timeout = '${LOCK_TIMEOUT}'`);
}

function contextOf(client: pg.Client): MigrationContext {
  return {
    run: async (sql) => {
      await client.query(sql);
    },
    rows: async <Row>(sql: string, parameters: readonly unknown[] = []) => {
      const { rows } = await client.query(sql, [...parameters]);
      return rows as Row[];
    },
  };
}

function migrationFailure(
  name: string,
  direction: 'up' | 'down',
  error: unknown,
  isTransactional: boolean,
): OperatorError {
  const reason = error instanceof Error ? error.message : String(error);
  const verb = error instanceof MigrationRefusal ? 'was refused' : 'failed';
  const outcome = isTransactional ? 'left nothing behind' : 'can be run again';
  return new OperatorError(`Migration ${name} (${direction}) ${verb} and ${outcome}: ${reason}`, {
    cause: error,
  });
}
