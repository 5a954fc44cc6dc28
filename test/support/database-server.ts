import type { ChildProcess } from 'node:child_process';
import { chmod, realpath } from 'node:fs/promises';
import path from 'node:path';
import { findPostgresBinaries } from '../../src/database/embedded/postgres-binaries.js';
import { isAlive, readPostmaster } from '../../src/database/embedded/postmaster.js';
import { stopServer } from '../../src/database/embedded/server-process.js';
import { runAs, wayToServe } from '../../src/database/embedded/unprivileged-command.js';
import { withConnection } from './connection.js';
import { startPreparedPostgres } from './prepared-postgres.js';
import { temporaryDirectory } from './temporary-directory.js';
import { until } from './until.js';

/** A PostgreSQL server for one test file, which may stop or damage it. Its address never changes. */
export interface DatabaseServer {
  /** The URL of a database with all migrations. */
  readonly url: string;
  /** Stops it like an operator: clients are notified. */
  stop(): Promise<void>;
  /** Simulates a power failure: kills all processes at once. */
  kill(): Promise<void>;
  /** Simulates a host that hangs: connections stay open, and nothing responds. */
  freeze(): Promise<void>;
  thaw(): void;
  start(): Promise<void>;
  remove(): Promise<void>;
}

export async function createDatabaseServer(settings: readonly string[] = []): Promise<DatabaseServer> {
  const parent = await temporaryDirectory();
  // If root cannot use a user namespace, the server runs as another user, which needs access to the
  // directory.
  await chmod(parent.path, 0o711);
  const directory = path.join(await realpath(parent.path), 'postgres');
  const binaries = await findPostgresBinaries();
  const embedded = await startPreparedPostgres({ directory, database: 'crm', isThrowAway: true });
  const { url } = embedded;
  await embedded.release();

  let frozen: readonly number[] = [];
  const thaw = () => {
    signal(frozen, 'SIGCONT');
    frozen = [];
  };
  const stop = () => stopServer(directory, binaries);
  const processes = async () => {
    const postmaster = await readPostmaster(directory);
    const others = await withConnection(url, (connection) =>
      connection.rows<{ pid: number }>('SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()'),
    );
    return [postmaster?.pid ?? 0, ...others.map(({ pid }) => pid)].filter((pid) => pid > 0);
  };
  const start = async () => {
    const options = [...serving(new URL(url).port), ...settings].flatMap((setting) => ['-c', setting]);
    const args = ['-D', directory, ...options];
    await until(async () => {
      const child = runAs(wayToServe(directory), binaries.postgres, args, {
        stdio: 'ignore',
        isDetached: true,
      });
      child.unref();
      return isReady(directory, child);
    });
  };
  await start();
  return {
    url,
    start,
    stop,
    thaw,
    kill: async () => {
      const pids = await processes();
      signal(pids, 'SIGKILL');
      await until(() => Promise.resolve(!pids.some(isAlive)));
    },
    freeze: async () => {
      frozen = await processes();
      signal(frozen, 'SIGSTOP');
    },
    remove: async () => {
      thaw();
      await stop();
      await parent.remove();
    },
  };
}

const serving = (port: string): string[] => [
  `port=${port}`,
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'fsync=off',
];

function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch {
      // The process has ended.
    }
  }
}

/** Shared memory of a killed server may exist for a moment, and then the next server fails to start. */
async function isReady(directory: string, child: ChildProcess): Promise<boolean> {
  const ended = { isSo: false };
  child.once('error', () => (ended.isSo = true)).once('exit', () => (ended.isSo = true));
  await until(async () => {
    const postmaster = await readPostmaster(directory);
    return ended.isSo || (postmaster?.pid === child.pid && postmaster?.isReady === true);
  });
  return !ended.isSo;
}
