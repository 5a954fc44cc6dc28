import { readdirSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import type { Umzug, UmzugStorage } from 'umzug';
import { OperatorError } from '../common/operator-error.js';
import { ADVISORY_LOCKS } from './advisory-locks.js';
import { connectionError } from './connection-errors.js';
import { requireMigratorPrivileges } from './database-privileges.js';
import {
  caseFoldingWarning,
  findInstallation,
  type Installation,
  requireReadableMigrations,
  requireUtf8,
} from './database-requirements.js';
import { migrateQueue, QUEUE_SCHEMA, queueExists } from './job-queue.js';
import { findLosses, type OwnRows } from './migration-losses.js';
import { type Migration, type MigrationContext, MigrationPreconditionError } from './migration.js';
import { openSession } from './session.js';

/** The directory of the migrations, in the sources as well as in the build output. */
const MIGRATIONS_DIRECTORY = fileURLToPath(new URL('../../migrations/', import.meta.url));

/** A deployment fails rather than make all requests wait behind a table lock that it cannot get. */
const LOCK_TIMEOUT = '15s';

/** Building an index concurrently waits for older transactions, but blocks no requests. */
const CONCURRENT_LOCK_TIMEOUT = '10min';

const LOCK_POLL_MS = 100;

export interface MigrationStatus {
  readonly applied: readonly string[];
  readonly pending: readonly string[];
}

/** The migrations to undo: the latest one, all from the latest down to and including a named one, or all. */
export type MigrateDownTarget = { to: string } | 'latest' | 'all';

export interface MigratorOptions {
  readonly url: string;
  readonly directory?: string;
  /** Called with a warning about a database that works, but not well. */
  readonly onWarning?: (warning: string) => void;
  /** Called after each migration that was applied or undone. */
  readonly onMigration?: (event: 'applied' | 'undone', name: string) => void;
}

/**
 * Applies pending migrations, oldest first, each in a transaction of its own, and then those of the job
 * queue.
 * @throws OperatorError if the database cannot be used or a migration fails. The failed migration is rolled
 *   back, and those before it stay applied.
 */
export function migrateUp(options: MigratorOptions): Promise<void> {
  return withMigrator(options, async (client, installation) => {
    await requireUtf8(client);
    await checkCaseFolding(client, options);
    const { pending } = await readStatus(client, installation, options);
    if (pending.length > 0) await requireMigratorPrivileges(client, installation);
    if (installation.migrationsTable === null) {
      await client.query('CREATE TABLE "SequelizeMeta" ("name" varchar(255) PRIMARY KEY)');
    }
    if (pending.length > 0) await withUmzug(client, options, (umzug) => umzug.up());
    await migrateQueue(options.url);
    if (pending.includes(QUEUE_SCHEMA)) options.onMigration?.('applied', QUEUE_SCHEMA);
  });
}

/**
 * Undoes migrations, latest first.
 * @param mayLoseData whether rows and values may be lost
 * @throws OperatorError as `migrateUp` does, if the name is unknown, or with the data that would be lost:
 *   then nothing is undone
 */
export function migrateDown(
  options: MigratorOptions,
  target: MigrateDownTarget,
  mayLoseData: boolean,
): Promise<void> {
  return withMigrator(options, async (client, installation) => {
    const applied = await readApplied(client, installation);
    const names = namesToUndo(applied, target, options.directory ?? MIGRATIONS_DIRECTORY);
    const migrations = await Promise.all(
      names.map((name) => loadMigration(options.directory ?? MIGRATIONS_DIRECTORY, name)),
    );
    const ownRows = Object.assign({}, ...migrations.map((migration) => migration.ownRows)) as OwnRows;
    const losses = await findLosses(client, ownRows, async () => {
      for (const name of names) await tryUndo(client, options, name);
    });
    if (losses.length > 0) {
      const list = losses.map((loss) => `  - ${loss}`).join('\n');
      if (!mayLoseData) {
        throw new OperatorError(
          `Undoing ${names.join(', ')} would lose:\n${list}\nNothing was undone. Add --yes to undo it all the same.`,
        );
      }
      options.onWarning?.(`Undoing ${names.join(', ')} loses:\n${list}`);
    }
    await withUmzug(client, options, (umzug) => umzug.down({ migrations: names }));
  });
}

/** The applied and the pending migrations. Changes nothing, and waits for no lock. */
export async function migrationStatus(options: MigratorOptions): Promise<MigrationStatus> {
  const client = await connect(options.url);
  try {
    return await readStatus(client, await findInstallation(client), options);
  } finally {
    await client.end();
  }
}

/** The job queue, whose tables its library creates, counts as one more migration. */
async function readStatus(
  client: pg.Client,
  installation: Installation,
  { directory = MIGRATIONS_DIRECTORY }: MigratorOptions,
): Promise<MigrationStatus> {
  const applied = await readApplied(client, installation);
  const known = migrationNames(directory).filter((name) => !applied.includes(name));
  const queue = (await queueExists(client)) ? [] : [QUEUE_SCHEMA];
  return { applied, pending: [...known, ...queue] };
}

/**
 * Rejects a new installation, since using another database is still easy. An existing installation works, but
 * not well.
 */
async function checkCaseFolding(client: pg.Client, { onWarning }: MigratorOptions): Promise<void> {
  const warning = await caseFoldingWarning(client);
  if (warning === null) return;
  const { rows } = await client.query(`SELECT FROM pg_class WHERE oid = to_regclass('leads')`);
  if (rows.length === 0) throw new OperatorError(warning);
  onWarning?.(warning);
}

function namesToUndo(applied: readonly string[], target: MigrateDownTarget, directory: string): string[] {
  const known = migrationNames(directory);
  const unknown = applied.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new OperatorError(
      `The database has migrations that this version does not know: ${unknown.join(', ')}. Undo them with the version that applied them.`,
    );
  }
  if (target === 'latest') return applied.slice(-1);
  if (target === 'all') return applied.toReversed();
  const index = applied.indexOf(target.to);
  if (index < 0) throw new OperatorError(`No migration named ${target.to} is applied.`);
  return applied.slice(index).reverse();
}

/** The migrations of this version, oldest first. */
export const knownMigrations = (): string[] => migrationNames(MIGRATIONS_DIRECTORY);

async function withMigrator(
  options: MigratorOptions,
  work: (client: pg.Client, installation: Installation) => Promise<void>,
): Promise<void> {
  const client = await connect(options.url);
  try {
    await lockMigrations(client);
    await client.query(`SET lock_timeout = '${LOCK_TIMEOUT}'`);
    await work(client, await findInstallation(client));
  } catch (error) {
    throw asOperatorError(error);
  } finally {
    await client.end();
  }
}

/**
 * Waits until no other migrator is running. The lock belongs to the session, so it lasts beyond the
 * transactions of the migrations and ends with the connection. It is polled, since CREATE INDEX CONCURRENTLY
 * waits for all running statements: a migrator that waits inside pg_advisory_lock would be one of them.
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

/** Errors of PostgreSQL, such as a missing privilege, are for the operator. */
function asOperatorError(error: unknown): unknown {
  if (!(error instanceof pg.DatabaseError)) return error;
  return new OperatorError(`The database rejected a statement of the migrator: ${error.message}.`, {
    cause: error,
  });
}

async function connect(url: string): Promise<pg.Client> {
  try {
    return await openSession({ url, purpose: 'migrator', connectTimeoutMs: 10_000 });
  } catch (error) {
    throw connectionError(url, error);
  }
}

/**
 * Umzug is imported only here: it takes a quarter of a second to load, and most starts have no migration to
 * apply.
 */
async function withUmzug(
  client: pg.Client,
  options: MigratorOptions,
  work: (umzug: Umzug<pg.Client>) => Promise<unknown>,
): Promise<void> {
  const { MigrationError, Umzug } = await import('umzug');
  const directory = options.directory ?? MIGRATIONS_DIRECTORY;
  const storage: UmzugStorage<pg.Client> = {
    executed: () => readNames(client),
    // Recorded in the transaction of the migration; see runMigration.
    logMigration: () => Promise.resolve(),
    unlogMigration: () => Promise.resolve(),
  };
  const umzug = new Umzug({
    context: client,
    logger: undefined,
    storage,
    migrations: migrationNames(directory).map((name) => ({
      name,
      up: () => runMigration(client, options, name, 'up'),
      down: () => runMigration(client, options, name, 'down'),
    })),
  });
  try {
    await work(umzug);
  } catch (error) {
    // Umzug wraps the error of a migration.
    throw error instanceof MigrationError ? error.cause : error;
  }
}

/**
 * Names without file extension: the same migration is a `.ts` file in development and a `.js` file in the
 * build.
 */
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

async function readApplied(client: pg.Client, installation: Installation): Promise<string[]> {
  if (installation.migrationsTable === null) return [];
  requireReadableMigrations(installation);
  return readNames(client);
}

async function readNames(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>('SELECT name FROM "SequelizeMeta" ORDER BY name');
  return rows.map(({ name }) => name);
}

/**
 * A transactional migration and its record are committed together. Any other migration is recorded after it
 * has completed.
 */
async function runMigration(
  client: pg.Client,
  options: MigratorOptions,
  name: string,
  direction: 'up' | 'down',
): Promise<void> {
  const migration = await loadMigration(options.directory ?? MIGRATIONS_DIRECTORY, name);
  const isTransactional = migration.isTransactional !== false;
  const work = () =>
    direction === 'up'
      ? apply(client, migration, name)
      : undo(client, migration, name, withoutExtensionDrops);
  try {
    await (isTransactional ? inTransaction(client, work) : withPatience(client, work));
  } catch (error) {
    throw migrationFailure(name, direction, error, isTransactional);
  }
  options.onMigration?.(direction === 'up' ? 'applied' : 'undone', name);
}

async function inTransaction(client: pg.Client, work: () => Promise<void>): Promise<void> {
  await client.query('BEGIN ISOLATION LEVEL READ COMMITTED');
  try {
    await work();
    await client.query('COMMIT');
  } catch (error) {
    // If the connection is lost, PostgreSQL rolls back by itself, and this statement fails as well.
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

async function withPatience(client: pg.Client, work: () => Promise<void>): Promise<void> {
  await client.query(`SET lock_timeout = '${CONCURRENT_LOCK_TIMEOUT}'`);
  await work();
  await client.query(`SET lock_timeout = '${LOCK_TIMEOUT}'`);
}

async function apply(client: pg.Client, migration: Migration, name: string): Promise<void> {
  await migration.up(contextOf(client, (sql) => sql));
  await client.query('INSERT INTO "SequelizeMeta" (name) VALUES ($1)', [name]);
}

/** @param prepare changes the statements of the migration before they run */
async function undo(
  client: pg.Client,
  migration: Migration,
  name: string,
  prepare: (sql: string) => string,
): Promise<void> {
  await migration.down(contextOf(client, prepare));
  await client.query('DELETE FROM "SequelizeMeta" WHERE name = $1', [name]);
}

/**
 * Undoes a migration in a larger transaction, which is rolled back. @throws OperatorError with the name of
 * the migration
 */
async function tryUndo(client: pg.Client, { directory }: MigratorOptions, name: string): Promise<void> {
  const migration = await loadMigration(directory ?? MIGRATIONS_DIRECTORY, name);
  try {
    await undo(client, migration, name, (sql) =>
      withoutExtensionDrops(sql).replaceAll(/\bCONCURRENTLY\b/gi, ''),
    );
  } catch (error) {
    throw migrationFailure(name, 'down', error, true);
  }
}

/**
 * Extensions belong to the database. Other programs may use them, and a migration does not know whether the
 * extension existed before. Still, 0013 drops pg_trgm, and merged migrations are never edited.
 */
const withoutExtensionDrops = (sql: string): string => sql.replaceAll(/\bDROP\s+EXTENSION\b[^;]*;?/gi, '');

function contextOf(client: pg.Client, prepare: (sql: string) => string): MigrationContext {
  return {
    run: async (sql) => {
      await client.query(prepare(sql));
    },
    rows: async <Row>(sql: string, parameters: readonly unknown[] = []) => {
      const { rows } = await client.query(prepare(sql), [...parameters]);
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
  const verb = error instanceof MigrationPreconditionError ? 'was rejected' : 'failed';
  const outcome = isTransactional ? 'left nothing behind' : 'can be run again';
  return new OperatorError(`Migration ${name} (${direction}) ${verb} and ${outcome}: ${reason}`, {
    cause: error,
  });
}
