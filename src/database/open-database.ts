import pg from 'pg';
import { OperatorError } from '../common/operator-error.js';
import type { Settings } from '../config/settings.js';
import { connectionFault } from './connection-faults.js';
import { startEmbeddedPostgres } from './embedded/embedded-postgres.js';
import { migrateUp, migrationStatus } from './migrator.js';

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
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
  } catch (error) {
    throw connectionFault(url, error);
  } finally {
    await client.end().catch(() => undefined);
  }
}
