import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fchownSync, openSync, renameSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PostgresBinaries } from './postgres-binaries.js';
import { isPostmasterOf, readPostmaster } from './postmaster.js';
import { failureOf, type RunAs, runAs, wayToServe } from './unprivileged-command.js';

export interface ServerOptions {
  /** Absolute, without symbolic links. */
  readonly directory: string;
  readonly binaries: PostgresBinaries;
  readonly isThrowAway: boolean;
  /** Aborts the start. */
  readonly signal?: AbortSignal | undefined;
}

const POLL_MS = 10;
const FAST_SHUTDOWN_MS = 15_000;
const IMMEDIATE_SHUTDOWN_MS = 5_000;
const LOG_LIMIT_BYTES = 5_000_000;
const LOG_EXCERPT_LINES = 12;

export const logFileOf = (directory: string): string => path.join(directory, 'server.log');

/**
 * Starts a server that outlives this process, and waits until it accepts connections.
 * @param deadline on the clock of `performance.now()`
 * @returns null once it does, or the reason why it does not: another server was faster, its port was taken, …
 * @throws the reason of the signal if that comes first; the server has ended then
 */
export async function launchServer(options: ServerOptions, deadline: number): Promise<string | null> {
  const { directory, binaries, signal } = options;
  const port = await findFreePort();
  if (process.platform === 'win32') return launchOnWindows(options, port);

  const way = wayToServe(directory);
  const log = openLog(directory, way);
  const child = runAs(way, binaries.postgres, ['-D', directory, ...settingsFor(options, port)], {
    // A separate session, so that Ctrl-C reaches only the application, which may still need its database.
    isDetached: true,
    stdio: ['ignore', log.descriptor, log.descriptor],
    environment: await disownStalePid(directory),
  });
  closeSync(log.descriptor);
  child.unref();

  const ended: { reason?: string } = {};
  child.once('error', (error) => (ended.reason ??= error.message));
  child.once('exit', () => (ended.reason ??= ''));
  while (performance.now() < deadline) {
    await sleep(POLL_MS);
    if (ended.reason !== undefined) return ended.reason || (await readExcerpt(directory, log.size));
    const postmaster = await readPostmaster(directory);
    if (postmaster?.pid === child.pid && postmaster?.isReady) return null;
    if (signal?.aborted === true) {
      await endChild(child);
      signal.throwIfAborted();
    }
  }
  return `it takes no connections yet; ${await readExcerpt(directory, log.size)}`;
}

/** Ends a server that accepts no connections yet, so that no process uses it. */
async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGINT');
  const hurry = setTimeout(() => child.kill('SIGQUIT'), IMMEDIATE_SHUTDOWN_MS);
  await ended;
  clearTimeout(hurry);
}

/**
 * Stops the server of a data directory, if there is one, and waits until it has ended. Open connections are
 * closed. Idempotent.
 * @throws Error if it does not end even after an immediate shutdown
 */
export async function stopServer(directory: string, binaries: PostgresBinaries): Promise<void> {
  const postmaster = await readPostmaster(directory);
  if (postmaster === undefined || !(await isPostmasterOf(directory, postmaster.pid))) return;
  const { pid } = postmaster;
  if (process.platform === 'win32') return stopOnWindows(directory, binaries);

  for (const [signal, limit] of [
    ['SIGINT', FAST_SHUTDOWN_MS],
    ['SIGQUIT', IMMEDIATE_SHUTDOWN_MS],
  ] as const) {
    try {
      process.kill(pid, signal);
    } catch {
      return; // The process has already ended.
    }
    if (await isGoneWithin(limit, directory, pid)) return;
  }
  throw new Error(`The embedded PostgreSQL in ${directory} (process ${pid}) does not stop.`);
}

/** The server deletes the file last, after it has closed the port. A killed server leaves it behind. */
async function isGoneWithin(limitMs: number, directory: string, pid: number): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  while (performance.now() < deadline) {
    if ((await readPostmaster(directory))?.pid !== pid || !(await isPostmasterOf(directory, pid)))
      return true;
    await sleep(POLL_MS);
  }
  return false;
}

/** pg_ctl drops administrator rights, with which the server does not run. Not tested on a real Windows. */
async function launchOnWindows(options: ServerOptions, port: number): Promise<string | null> {
  const { directory, binaries } = options;
  const settings = settingsFor(options, port).join(' ');
  const args = ['start', '-w', '-D', directory, '-l', logFileOf(directory), '-o', settings];
  return failureOf(wayToServe(directory), binaries.pgCtl, args);
}

async function stopOnWindows(directory: string, binaries: PostgresBinaries): Promise<void> {
  for (const [mode, limit] of [
    ['fast', FAST_SHUTDOWN_MS],
    ['immediate', IMMEDIATE_SHUTDOWN_MS],
  ] as const) {
    const args = ['stop', '-w', '-D', directory, '-m', mode, '-t', String(limit / 1000)];
    if ((await failureOf(wayToServe(directory), binaries.pgCtl, args)) === null) return;
  }
  throw new Error(`The embedded PostgreSQL in ${directory} does not stop.`);
}

function settingsFor({ isThrowAway }: ServerOptions, port: number): string[] {
  const settings = [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'timezone=UTC',
    'log_timezone=UTC',
    'max_connections=100',
    'shared_buffers=128MB',
    ...(isThrowAway ? ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'] : []),
  ];
  return settings.flatMap((setting) => ['-c', setting]);
}

/**
 * If `postmaster.pid` is left over and contains the id of any running process, PostgreSQL assumes a running
 * server. The id in this variable (which pg_ctl sets to its parent) is excepted. Removing the file instead
 * would break PostgreSQL's own lock if two processes start it at the same time.
 */
async function disownStalePid(directory: string): Promise<Record<string, string>> {
  const stale = await readPostmaster(directory);
  if (stale === undefined || (await isPostmasterOf(directory, stale.pid))) return {};
  return { PG_GRANDPARENT_PID: String(stale.pid) };
}

function openLog(directory: string, { identity }: RunAs): { descriptor: number; size: number } {
  const file = logFileOf(directory);
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const isFull = size > LOG_LIMIT_BYTES;
  if (isFull) renameSync(file, `${file}.old`);
  // Opened for appending, since two processes that start the server at the same time both write.
  const descriptor = openSync(file, 'a', 0o600);
  // Otherwise, after a start by root, the owner of the directory could not start the server any more.
  if (identity !== undefined) fchownSync(descriptor, identity.uid, identity.gid);
  return { descriptor, size: isFull ? 0 : size };
}

async function readExcerpt(directory: string, from: number): Promise<string> {
  const text = (await readFile(logFileOf(directory))).subarray(from).toString('utf8').trimEnd();
  const lines = text.split('\n').slice(-LOG_EXCERPT_LINES);
  return `the last lines of ${logFileOf(directory)} are:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  });
}
