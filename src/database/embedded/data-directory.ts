import { randomBytes } from 'node:crypto';
import { chown, mkdir, readdir, readFile, realpath, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { OperatorError } from '../../common/operator-error.js';
import { errorCodeOf } from '../connection-errors.js';
import { type PostgresBinaries, USE_YOUR_OWN } from './postgres-binaries.js';
import { isAlive } from './postmaster.js';
import { failureOf, type RunAs, waysToInitialise } from './unprivileged-command.js';

export interface DataDirectory {
  /** Absolute, without symbolic links. */
  readonly path: string;
  /** The password of the superuser `postgres`. */
  readonly password: string;
}

export interface DataDirectoryOptions {
  readonly directory: string;
  readonly isThrowAway: boolean;
  /** Aborts the initialisation of a new directory. */
  readonly signal: AbortSignal | undefined;
}

const PASSWORD_FILE = 'lead-scoring-password';
const ANOTHER_DIRECTORY = 'name another directory in EMBEDDED_POSTGRES_DIR';

/**
 * Staging directories of this process. Its process id alone is not enough: after a restart, a container may
 * reuse it.
 */
const ownStagings = new Set<string>();

/**
 * Opens a data directory, and creates it if it is missing or empty.
 * @throws OperatorError if it belongs to another user or another version of PostgreSQL, if it is no data
 *   directory, or if it cannot be created
 */
export async function openDataDirectory(
  options: DataDirectoryOptions,
  binaries: PostgresBinaries,
): Promise<DataDirectory> {
  const wanted = path.resolve(options.directory);
  try {
    await mkdir(path.dirname(wanted), { recursive: true });
    await sweepStagings(wanted);
    const existing = await realpath(wanted).catch(() => wanted);
    if (!(await holdsData(existing))) await initialise(existing, binaries, options);
    await requireVersion(existing, binaries.majorVersion);
    return { path: await realpath(existing), password: await readPassword(existing) };
  } catch (error) {
    options.signal?.throwIfAborted();
    throw error instanceof OperatorError ? error : accessError(wanted, error);
  }
}

/** Converts a file system error to a message about the data directory. */
export function accessError(directory: string, cause: unknown): OperatorError {
  const code = errorCodeOf(cause) ?? String(cause);
  if (code === 'EROFS') {
    return new OperatorError(
      `${directory}, where the embedded PostgreSQL keeps its data, is on a read-only file system. Make it writable, or ${ANOTHER_DIRECTORY}.`,
      { cause },
    );
  }
  const isForeign = code === 'EACCES' || code === 'EPERM';
  return new OperatorError(
    isForeign
      ? `This user may not use ${directory}, where the embedded PostgreSQL keeps its data; another user may have made it. Start as that user, or ${ANOTHER_DIRECTORY}.`
      : `The embedded PostgreSQL cannot use ${directory} (${code}). Fix this, or ${ANOTHER_DIRECTORY}.`,
    { cause },
  );
}

async function holdsData(directory: string): Promise<boolean> {
  let entries: string[];
  try {
    entries = await readdir(directory);
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return false;
    throw error;
  }
  if (entries.length === 0) return false;
  if (entries.includes('PG_VERSION')) return true;
  throw new OperatorError(
    `${directory} is not empty and contains no PostgreSQL data. Empty it, or ${ANOTHER_DIRECTORY}.`,
  );
}

async function requireVersion(directory: string, expected: string): Promise<void> {
  const found = (await readFile(path.join(directory, 'PG_VERSION'), 'utf8')).trim();
  if (found === expected) return;
  throw new OperatorError(
    `${directory} was made by PostgreSQL ${found}, and this is PostgreSQL ${expected}, which cannot read it. Remove it to start over, or ${ANOTHER_DIRECTORY}.`,
  );
}

async function readPassword(directory: string): Promise<string> {
  try {
    return (await readFile(path.join(directory, PASSWORD_FILE), 'utf8')).trim();
  } catch (error) {
    if (errorCodeOf(error) !== 'ENOENT') throw error;
    throw new OperatorError(
      `${directory} has no file ${PASSWORD_FILE}: another program made it. Set DATABASE_URL to use its database, or ${ANOTHER_DIRECTORY}.`,
    );
  }
}

/**
 * Never leaves a partial data directory, even if it is killed: it works in a staging directory, which is
 * renamed at the end.
 */
async function initialise(
  directory: string,
  binaries: PostgresBinaries,
  options: DataDirectoryOptions,
): Promise<void> {
  const failures: string[] = [];
  for (const way of waysToInitialise(binaries.initdb)) {
    options.signal?.throwIfAborted();
    const staging = `${directory}.initdb-${process.pid}-${randomBytes(4).toString('hex')}`;
    ownStagings.add(path.basename(staging));
    try {
      const failure = await initialiseIn(staging, way, binaries, options);
      if (failure === null) {
        await moveIntoPlace(path.join(staging, 'data'), directory);
        return;
      }
      failures.push(`  as ${way.description}: ${failure.replaceAll(/\s*\n\s*/g, '; ')}`);
    } finally {
      // A terminated initdb may have left a child process that still writes.
      await rm(staging, { recursive: true, force: true, maxRetries: 5 });
      ownStagings.delete(path.basename(staging));
    }
  }
  throw new OperatorError(
    `The embedded PostgreSQL could not set up ${directory}:\n${failures.join('\n')}\n${USE_YOUR_OWN}`,
  );
}

async function initialiseIn(
  staging: string,
  way: RunAs,
  binaries: PostgresBinaries,
  { isThrowAway, signal }: DataDirectoryOptions,
): Promise<string | null> {
  const [data, password] = [path.join(staging, 'data'), path.join(staging, 'password')];
  await mkdir(staging, { mode: 0o700 });
  await writeFile(password, `${randomBytes(24).toString('hex')}\n`, { mode: 0o600 });
  if (way.identity !== undefined) {
    const { uid, gid } = way.identity;
    await Promise.all([staging, password].map((file) => chown(file, uid, gid)));
  }
  const args = [
    ...['-D', data, '--username=postgres', '--auth=scram-sha-256', `--pwfile=${password}`],
    // The same on every system, and independent of its installed locales.
    ...['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
    ...(isThrowAway ? ['--no-sync'] : []),
  ];
  const failure = await failureOf(way, binaries.initdb, args, signal);
  if (failure === null) await rename(password, path.join(data, PASSWORD_FILE));
  return failure;
}

async function moveIntoPlace(data: string, directory: string): Promise<void> {
  // Windows cannot rename onto an empty directory. If the directory is not empty, this fails, as it should.
  await rmdir(directory).catch(() => undefined);
  try {
    await rename(data, directory);
  } catch (error) {
    // Another process was faster, and its data directory is equivalent.
    if (!(await holdsData(directory))) throw error;
  }
}

/** Removes the staging directories of killed processes. */
async function sweepStagings(directory: string): Promise<void> {
  const parent = path.dirname(directory);
  const prefix = `${path.basename(directory)}.initdb-`;
  const stagings = (await readdir(parent)).filter(
    (name) => name.startsWith(prefix) && !isInUse(name, prefix),
  );
  for (const name of stagings) {
    // An orphaned initdb may still write there, or another process may remove it too. The next start tries
    // again.
    await rm(path.join(parent, name), { recursive: true, force: true, maxRetries: 2 }).catch(() => undefined);
  }
}

function isInUse(name: string, prefix: string): boolean {
  const pid = Number.parseInt(name.slice(prefix.length), 10);
  return pid === process.pid ? ownStagings.has(name) : isAlive(pid);
}
