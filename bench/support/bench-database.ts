import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { connectionError } from '../../src/database/connection-errors.js';
import { startEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres.js';
import { migrateUp } from '../../src/database/migrator.js';
import type { CleanUp } from './clean-up.js';

/** A migrated database for one benchmark. */
export interface BenchDatabase {
  readonly url: string;
  readonly client: pg.Client;
  /** Whether it is on an embedded server, in its own directory. */
  readonly isEmbedded: boolean;
}

/**
 * Creates a database, which `cleanUp` removes.
 * @param benchmark a part of its name, to identify databases that were left behind
 * @param serverUrl the PostgreSQL server; null: an embedded one with the usual durability settings
 * @param migrate creates the tables; by default, the migrations of this version do
 * @throws OperatorError if the server cannot be used
 */
export async function makeBenchDatabase(
  benchmark: string,
  serverUrl: string | null,
  cleanUp: CleanUp,
  migrate: (url: string) => Promise<unknown> = (url) => migrateUp({ url }),
): Promise<BenchDatabase> {
  const url =
    serverUrl === null ? await onEmbeddedServer(cleanUp) : await onServer(benchmark, serverUrl, cleanUp);
  await migrate(url);
  const client = await connect(url);
  cleanUp.add(() => client.end());
  return { url, client, isEmbedded: serverUrl === null };
}

/** @throws OperatorError */
export async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client(url);
  // If the connection is lost, the running statement rejects.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    throw connectionError(url, error);
  }
  return client;
}

async function onEmbeddedServer(cleanUp: CleanUp): Promise<string> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'lead-scoring-bench-'));
  cleanUp.add(() => rm(directory, { recursive: true, force: true }));
  // If root cannot use a user namespace, the server runs as another user, which needs access to the
  // directory.
  await chmod(directory, 0o711);
  const starting = startEmbeddedPostgres({
    directory: path.join(directory, 'postgres'),
    database: 'lead_scoring_bench',
  });
  cleanUp.add(async () => (await starting.catch(() => null))?.release());
  return (await starting).url;
}

async function onServer(benchmark: string, serverUrl: string, cleanUp: CleanUp): Promise<string> {
  const name = `lead_scoring_bench_${benchmark}_${randomBytes(4).toString('hex')}`;
  await execute(serverUrl, `CREATE DATABASE ${name}`);
  cleanUp.add(() => execute(serverUrl, `DROP DATABASE ${name} WITH (FORCE)`));
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

async function execute(url: string, sql: string): Promise<void> {
  const client = await connect(url);
  await client.query(sql).finally(() => client.end());
}
