import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { OperatorError } from '../../common/operator-error.js';
import { removePostgresVariables } from '../../config/environment.js';
import { errorCodeOf } from '../connection-errors.js';
import { accessError, type DataDirectory, openDataDirectory } from './data-directory.js';
import { findPostgresBinaries, USE_YOUR_OWN } from './postgres-binaries.js';
import { isPostmasterOf, readPostmaster } from './postmaster.js';
import { Presence } from './presence.js';
import { launchServer, logFileOf, type ServerOptions, stopServer } from './server-process.js';

export interface EmbeddedPostgres {
  /** The postgres:// URL with the password, to the requested database. */
  readonly url: string;
  /**
   * Ends this use, and stops the server if no other process uses it. Open connections are closed then.
   * Idempotent. @throws Error if the server does not stop
   */
  release(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /**
   * The data directory, absolute or relative to the working directory. It is created with its parents if
   * missing.
   */
  readonly directory: string;
  /** Created if missing. */
  readonly database: string;
  /** For tests: fast, but data may be lost if the machine crashes. */
  readonly isThrowAway?: boolean;
  /** Aborts the start: it rejects with the reason of the signal and leaves no server running. */
  readonly signal?: AbortSignal | undefined;
}

const START_LIMIT_MS = 60_000;
const RETRY_MS = 50;
/**
 * With pauses of 0.1, 0.2, 0.4 and 0.8 s: the port may be taken meanwhile, or processes of a killed server
 * may still run.
 */
const LAUNCH_ATTEMPTS = 5;

/**
 * Starts PostgreSQL from the installed packages, or uses a server that already runs on the data directory.
 * This includes a server that a killed process left running.
 * @throws OperatorError if there is no PostgreSQL for this system, if the directory cannot be used, or if the
 *   server does not start within 60 s
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { directory, database, isThrowAway = false, signal } = options;
  removePostgresVariables();
  const binaries = await findPostgresBinaries();
  signal?.throwIfAborted();
  const data = await openDataDirectory({ directory, isThrowAway, signal }, binaries);
  const { presence, port } = await join(
    { directory: data.path, binaries, isThrowAway, signal },
    data,
    database,
  );

  let released: Promise<void> | undefined;
  const release = () => (released ??= presence.leave(() => stopServer(data.path, binaries)));
  if (signal?.aborted === true) {
    await release();
    signal.throwIfAborted();
  }
  return {
    url: `postgres://postgres:${data.password}@127.0.0.1:${port}/${encodeURIComponent(database)}`,
    release,
  };
}

/** Retries from the beginning if the server stops, or is killed, between finding and using it. */
async function join(
  server: ServerOptions,
  data: DataDirectory,
  database: string,
): Promise<{ presence: Presence; port: number }> {
  const deadline = performance.now() + START_LIMIT_MS;
  const stop = () => stopServer(data.path, server.binaries);
  let isOurs = false;
  for (;;) {
    const reached = await reachServer(server, deadline);
    isOurs ||= reached.isOurs;
    let presence: Presence | undefined;
    try {
      presence = await Presence.register({ port: reached.port, password: data.password });
      await presence.createDatabaseIfMissing(database);
      return { presence, port: reached.port };
    } catch (error) {
      if (!isPassing(error) || performance.now() > deadline) {
        // Stops the server after a failed start: no other process can use a server that rejects this one
        // either.
        if (presence !== undefined) await presence.leave(stop);
        else if (isOurs) await stop();
        throw useError(data.path, error);
      }
      await presence?.close();
    }
    await sleep(RETRY_MS);
  }
}

/**
 * Finds the port of the running server, or starts one. If several processes start one, PostgreSQL decides
 * which succeeds.
 */
async function reachServer(
  server: ServerOptions,
  deadline: number,
): Promise<{ port: number; isOurs: boolean }> {
  const { directory, signal } = server;
  let isOurs = false;
  for (let attempt = 1; ;) {
    const postmaster = await readPostmaster(directory);
    if (postmaster !== undefined && (await isPostmasterOf(directory, postmaster.pid))) {
      if (postmaster.isReady) return { port: postmaster.port, isOurs };
      signal?.throwIfAborted();
      // The server is starting, recovering or stopping. Soon it is ready or gone.
      if (performance.now() > deadline) throw startError(directory, `process ${postmaster.pid} is not ready`);
      await sleep(RETRY_MS);
      continue;
    }
    signal?.throwIfAborted();
    const failure = await launch(server, deadline);
    if (failure === null) {
      isOurs = true;
      continue;
    }
    if (attempt === LAUNCH_ATTEMPTS || performance.now() > deadline) throw startError(directory, failure);
    await sleep(RETRY_MS * 2 ** attempt);
    attempt += 1;
  }
}

/** @throws OperatorError if the file system does not allow it, such as a read-only one */
async function launch(server: ServerOptions, deadline: number): Promise<string | null> {
  try {
    return await launchServer(server, deadline);
  } catch (error) {
    throw errorCodeOf(error) === undefined ? error : accessError(server.directory, error);
  }
}

/** Whether the error is temporary: the server is starting or stopping, or all its connections are in use. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof pg.DatabaseError)) return true;
  return error.code?.startsWith('57P') === true || error.code === '53300';
}

function useError(directory: string, cause: unknown): OperatorError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new OperatorError(
    `The embedded PostgreSQL in ${directory} cannot be used: ${reason}. Its log is ${logFileOf(directory)}.`,
    { cause },
  );
}

function startError(directory: string, reason: string): OperatorError {
  return new OperatorError(
    `The embedded PostgreSQL in ${directory} does not start: ${reason}\nFix this, or remove the directory to start over. ${USE_YOUR_OWN}`,
  );
}
