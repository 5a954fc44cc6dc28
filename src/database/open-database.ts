import { OperatorError } from '../common/operator-error.js';
import type { Settings } from '../config/settings.js';
import { connectionError } from './connection-errors.js';
import { requireServerPrivileges } from './database-privileges.js';
import { caseFoldingWarning, findInstallation, requireUtf8 } from './database-requirements.js';
import { DedicatedConnections } from './dedicated-connections.js';
import { EMBEDDED_DATABASE } from './describe-database.js';
import { startEmbeddedPostgres } from './embedded/embedded-postgres.js';
import { migrateUp, migrationStatus } from './migrator.js';
import { ensureOwnSessions } from './own-sessions.js';

export interface OpenDatabase {
  readonly url: string;
  /**
   * True: this program owns the database, and may migrate it and load demo data. False: the operator does
   * both explicitly.
   */
  readonly isEmbedded: boolean;
  /** Stops the embedded PostgreSQL if no other process uses it. */
  release(): Promise<void>;
}

/**
 * Opens the configured database, or starts the embedded one.
 * @param signal aborts the start of the embedded one, which then leaves nothing running
 * @throws OperatorError if the database cannot be used
 */
export async function openDatabase(
  { url, embeddedDirectory }: Settings['database'],
  signal: AbortSignal,
): Promise<OpenDatabase> {
  signal.throwIfAborted();
  if (url === null) {
    const embedded = await startEmbeddedPostgres({
      directory: embeddedDirectory,
      database: EMBEDDED_DATABASE,
      signal,
    });
    return { url: embedded.url, isEmbedded: true, release: () => embedded.release() };
  }
  await checkReachable(url, signal);
  return { url, isEmbedded: false, release: () => Promise.resolve() };
}

/**
 * Ensures that this version can work with the database: migrates the embedded one, and checks an operator's.
 * @param warn called with a warning about a database that works, but not well
 * @throws OperatorError if a migration is pending, or if the database or the privileges are insufficient
 */
export async function ensureMigrated(
  { url, isEmbedded }: OpenDatabase,
  warn: (warning: string) => void,
): Promise<void> {
  if (isEmbedded) {
    await migrateUp({ url });
    return;
  }
  const client = await new DedicatedConnections(url).open('start');
  try {
    await requireUtf8(client);
    const installation = await findInstallation(client);
    // Checked first, so that one error lists all missing privileges.
    if (installation.migrationsTable !== null) await requireServerPrivileges(client, installation);
    const { pending } = await migrationStatus({ url });
    if (pending.length > 0) {
      throw new OperatorError(
        `The database lacks these migrations: ${pending.join(', ')}. Apply them with \`pnpm migrate\`, then start again.`,
      );
    }
    const warning = await caseFoldingWarning(client);
    if (warning !== null) warn(warning);
  } finally {
    await client.end();
  }
}

async function checkReachable(url: string, signal: AbortSignal): Promise<void> {
  try {
    await ensureOwnSessions(url);
  } catch (error) {
    signal.throwIfAborted();
    throw connectionError(url, error);
  }
}
