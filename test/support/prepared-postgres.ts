import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../src/database/embedded/embedded-postgres.js';
import { withConnection } from './connection.js';
import { TEMPLATE_DATABASE } from './template-database.js';

/**
 * Copies the data directory of a stopped server. PostgreSQL requires to own its files, so the copies have the
 * same owner.
 */
export async function copyDataDirectory(from: string, to: string): Promise<void> {
  await mkdir(path.dirname(to), { recursive: true });
  await promisify(execFile)('cp', ['-a', from, to]);
}

/**
 * Creates a data directory with the template database, as a copy of one that the run has prepared. That is
 * much faster than initdb.
 */
export function createDataDirectory(directory: string): Promise<void> {
  const prepared = process.env.TEST_POSTGRES_DIRECTORY;
  if (prepared === undefined) {
    throw new Error('TEST_POSTGRES_DIRECTORY is not set: vitest runs global-setup.ts, which sets it.');
  }
  return copyDataDirectory(prepared, directory);
}

/**
 * Starts a server on a new data directory.
 * @param options.database a database with all migrations
 */
export async function startPreparedPostgres(options: {
  readonly directory: string;
  readonly database: string;
  readonly isThrowAway?: boolean;
}): Promise<EmbeddedPostgres> {
  await createDataDirectory(options.directory);
  const postgres = await startEmbeddedPostgres({ ...options, database: 'postgres' });
  await withConnection(postgres.url, (connection) =>
    connection.rows(`ALTER DATABASE ${TEMPLATE_DATABASE} RENAME TO ${options.database}`),
  );
  const url = new URL(postgres.url);
  url.pathname = `/${options.database}`;
  return { url: url.href, release: () => postgres.release() };
}
