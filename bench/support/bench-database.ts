import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { connectionFault } from '../../src/database/connection-faults.js';
import { startEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres.js';
import { migrateUp } from '../../src/database/migrator.js';
import type { CleanUp } from './clean-up.js';

/** A migrated database that a benchmark has to itself. */
export interface BenchDatabase {
  readonly url: string;
  readonly client: pg.Client;
  /** Whether it is on the embedded server, in a directory of its own. */
  readonly isEmbedded: boolean;
}

/**
 * Makes a database, which cleaning up removes.
 * @param benchmark is a part of its name, for those who find it left behind
 * @param serverUrl a PostgreSQL on which to make it; null: an embedded one, as safe against crashes as any
 * @throws OperatorError where the server cannot be used
 */
export async function makeBenchDatabase(
  benchmark: string,
  serverUrl: string | null,
  cleanUp: CleanUp,
): Promise<BenchDatabase> {
  const url =
    serverUrl === null ? await onEmbeddedServer(cleanUp) : await onServer(benchmark, serverUrl, cleanUp);
  await migrateUp({ url });
  const client = await connect(url);
  cleanUp.add(() => client.end());
  return { url, client, isEmbedded: serverUrl === null };
}

/** @throws OperatorError */
export async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client(url);
  // Where the connection is cut, the statement that is under way tells.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    throw connectionFault(url, error);
  }
  return client;
}

async function onEmbeddedServer(cleanUp: CleanUp): Promise<string> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'lead-scoring-bench-'));
  cleanUp.add(() => rm(directory, { recursive: true, force: true }));
  // Where root cannot use a user namespace, the server runs as another user, who has to get through.
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
