import { OperatorError } from '../common/operator-error.js';
import type { Settings } from '../config/settings.js';
import { connectionFault } from './connection-faults.js';
import { startEmbeddedPostgres } from './embedded/embedded-postgres.js';
import { migrateUp, migrationStatus } from './migrator.js';
import { ensureOwnSessions } from './own-sessions.js';

export interface OpenDatabase {
  readonly url: string;
  /** Ours, to migrate and to fill as we see fit. An operator's database is neither behind their back. */
  readonly isEmbedded: boolean;
  /** Stops the embedded PostgreSQL where nobody else uses it. */
  release(): Promise<void>;
}

/**
 * The database that the settings name, or the embedded one, started.
 * @throws OperatorError where it cannot be used
 */
export async function openDatabase({ url, embeddedDirectory }: Settings['database']): Promise<OpenDatabase> {
  if (url === null) {
    const embedded = await startEmbeddedPostgres({ directory: embeddedDirectory, database: 'lead_scoring' });
    return { url: embedded.url, isEmbedded: true, release: () => embedded.release() };
  }
  await checkReachable(url);
  return { url, isEmbedded: false, release: () => Promise.resolve() };
}

/**
 * Sees to it that the schema is the one that this version works with: migrates the embedded database, and
 * refuses an operator's that is not migrated.
 */
export async function ensureMigrated({ url, isEmbedded }: OpenDatabase): Promise<void> {
  if (isEmbedded) {
    await migrateUp({ url });
    return;
  }
  const { pending } = await migrationStatus({ url });
  if (pending.length > 0) {
    throw new OperatorError(
      `The database lacks these migrations: ${pending.join(', ')}. Apply them with \`pnpm migrate\`, then start again.`,
    );
  }
}

async function checkReachable(url: string): Promise<void> {
  try {
    await ensureOwnSessions(url);
  } catch (error) {
    throw connectionFault(url, error);
  }
}
