import { chmod, mkdir, mkdtemp, readdir, realpath, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres.js';
import { findPostgresBinaries } from '../../src/database/embedded/postgres-binaries.js';
import { stopServer } from '../../src/database/embedded/server-process.js';
import { copyDataDirectory } from './prepared-postgres.js';
import { migrateTemplate } from './template-database.js';
import { findTemporaryParent } from './temporary-directory.js';

const PREFIX = 'lead-scoring-test-';

/**
 * Starts a temporary PostgreSQL server for the whole run, at TEST_POSTGRES_URL. TEST_POSTGRES_DIRECTORY is a
 * copy of its data directory, for tests that need a server of their own. TMPDIR is the directory for the files
 * of all tests.
 * @returns a function that stops the server and removes all files
 */
export default async function setUp(): Promise<() => Promise<void>> {
  const given = process.env.TMPDIR;
  const parent = await findTemporaryParent();
  for (const each of new Set([parent, os.tmpdir()])) await removeLeftOvers(await realpath(each));
  const directory = await mkdtemp(path.join(parent, `${PREFIX}${process.pid}-`));
  // If root cannot use a user namespace, the server runs as another user, which needs access to the
  // directory.
  await chmod(directory, 0o711);
  const data = path.join(directory, 'postgres');
  const start = () => startEmbeddedPostgres({ directory: data, database: 'postgres', isThrowAway: true });
  let postgres = await start();
  const tearDown = async (): Promise<void> => {
    await postgres.release();
    await rm(directory, { recursive: true, force: true });
    if (given === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = given;
  };
  try {
    await migrateTemplate(postgres.url);
    await postgres.release();
    process.env.TEST_POSTGRES_DIRECTORY = path.join(directory, 'prepared');
    await copyDataDirectory(data, process.env.TEST_POSTGRES_DIRECTORY);
    postgres = await start();
  } catch (error) {
    // vitest calls no teardown after a failed setup.
    await tearDown();
    throw error;
  }
  process.env.TEST_POSTGRES_URL = postgres.url;
  process.env.TMPDIR = path.join(directory, 'files');
  await mkdir(process.env.TMPDIR, { mode: 0o711 });
  return tearDown;
}

/** Stops servers that killed test runs have left, and removes their files. */
async function removeLeftOvers(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const directory = path.join(parent, name);
    if (!name.startsWith(PREFIX) || !(await isAbandoned(directory))) continue;
    await stopServer(path.join(directory, 'postgres'), await findPostgresBinaries());
    // Another run may remove it at the same time.
    await rm(directory, { recursive: true, force: true, maxRetries: 2 });
  }
}

/** Other users share the temporary directory. Their files are ignored. */
async function isAbandoned(directory: string): Promise<boolean> {
  const stats = await stat(directory).catch(() => undefined);
  if (stats === undefined || (process.getuid !== undefined && stats.uid !== process.getuid())) return false;
  const pid = Number.parseInt(path.basename(directory).slice(PREFIX.length), 10);
  try {
    process.kill(pid, 0);
  } catch {
    return true;
  }
  // In watch mode, this process has already removed its own directory. So a directory with its id is of an
  // older process with the same id.
  return pid === process.pid;
}
