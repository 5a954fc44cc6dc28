import { spawn } from 'node:child_process';
import { chmod, chown, copyFile, lstat, mkdir, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findPostgresBinaries } from '../../src/database/embedded/postgres-binaries.js';
import { readPostmaster } from '../../src/database/embedded/postmaster.js';
import { stopServer } from '../../src/database/embedded/server-process.js';
import { runAs, wayToServe } from '../../src/database/embedded/unprivileged-command.js';
import { connect, withConnection } from './connection.js';
import { until } from './until.js';

/**
 * Files that are not part of a base backup: WAL is streamed, and the others belong to the process of the
 * primary.
 */
const LEFT_OUT = /^(postmaster\.(pid|opts)|server\.log|pg_wal\/.*|pg_replslot\/.*|pg_stat_tmp\/.*)$/;
const KEPT = /^pg_wal\/(archive_status|summaries)$/;

const START_LIMIT_MS = 20_000;

/** A standby of a primary for one test, created from a base backup and fed by streaming replication. */
export class StreamingReplica {
  private constructor(
    private readonly directory: string,
    private readonly port: number,
    readonly url: string,
  ) {}

  /**
   * @param directory the new data directory of the replica
   * @param primary its data directory, and its URL as superuser
   */
  static async start(
    directory: string,
    primary: { readonly directory: string; readonly url: string },
  ): Promise<StreamingReplica> {
    await withConnection(primary.url, async (connection) => {
      // Keeps WAL for the time in which the replica is down.
      await connection.rows(`ALTER SYSTEM SET wal_keep_size = '256MB'`);
      await connection.rows('SELECT pg_reload_conf()');
    });
    await backUp(primary, directory);
    const { hostname, port, password } = new URL(primary.url);
    const source = `host=${hostname} port=${port} user=postgres password=${password}`;
    await writeOwned(directory, 'postgresql.auto.conf', `primary_conninfo = '${source}'\n`);
    await writeOwned(directory, 'standby.signal', '');

    const url = new URL(primary.url);
    url.port = String(await freePort());
    const replica = new StreamingReplica(directory, Number(url.port), url.href);
    await replica.begin();
    return replica;
  }

  /** Starts it on the same port as before, and waits until it accepts connections. */
  async begin(): Promise<void> {
    const { postgres } = await findPostgresBinaries();
    const settings = [
      ...[`port=${this.port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off'],
      'wal_retrieve_retry_interval=100ms',
    ].flatMap((setting) => ['-c', setting]);
    const child = runAs(wayToServe(this.directory), postgres, ['-D', this.directory, ...settings], {
      stdio: 'ignore',
      environment: { PG_GRANDPARENT_PID: String((await readPostmaster(this.directory))?.pid ?? 1) },
    });
    const deadline = performance.now() + START_LIMIT_MS;
    for (;;) {
      const postmaster = await readPostmaster(this.directory);
      if (postmaster?.pid === child.pid && postmaster?.isReady === true) return;
      if (child.exitCode !== null || performance.now() > deadline) {
        throw new Error(`The replica in ${this.directory} does not start.`);
      }
      await sleep(20);
    }
  }

  /** Kills it and all its child processes, so that clients are not notified. */
  async kill(): Promise<void> {
    const pid = (await readPostmaster(this.directory))?.pid;
    if (pid === undefined) return;
    const children = await childrenOf(pid);
    for (const each of [pid, ...children]) process.kill(each, 'SIGKILL');
    await until(() => ![pid, ...children].some(isThere));
  }

  async stop(): Promise<void> {
    await stopServer(this.directory, await findPostgresBinaries());
  }

  /** The standby continues to receive WAL, but does not replay it. */
  pause(): Promise<void> {
    return this.run(
      'SELECT pg_wal_replay_pause()',
      `SELECT pg_get_wal_replay_pause_state() = 'paused' AS done`,
    );
  }

  resume(): Promise<void> {
    return this.run('SELECT pg_wal_replay_resume()', 'SELECT NOT pg_is_wal_replay_paused() AS done');
  }

  /** Promotes it to a primary. */
  promote(): Promise<void> {
    return this.run('SELECT pg_promote()', 'SELECT NOT pg_is_in_recovery() AS done');
  }

  private async run(sql: string, isDone: string): Promise<void> {
    await withConnection(this.url, async (connection) => {
      await connection.rows(sql);
      await until(async () => (await connection.rows<{ done: boolean }>(isDone))[0]?.done === true);
    });
  }
}

async function backUp(
  primary: { readonly directory: string; readonly url: string },
  directory: string,
): Promise<void> {
  const connection = await connect(primary.url);
  try {
    // The backup ends with the session that began it.
    await connection.rows(`SELECT pg_backup_start('test', fast => true)`);
    await mkdir(directory, { mode: 0o700 });
    await copyAll(primary.directory, directory, '');
    const [label] = await connection.rows<{ labelfile: string }>(
      'SELECT labelfile FROM pg_backup_stop(wait_for_archive => false)',
    );
    await writeOwned(directory, 'backup_label', label?.labelfile ?? '');
  } finally {
    await connection.close();
  }
}

async function copyAll(from: string, to: string, within: string): Promise<void> {
  await giveTo(await lstat(path.join(from, within)), path.join(to, within));
  for (const entry of await readdir(path.join(from, within), { withFileTypes: true })) {
    const name = path.posix.join(within, entry.name);
    if (LEFT_OUT.test(name) && !KEPT.test(name)) continue;
    if (entry.isDirectory()) {
      await mkdir(path.join(to, name), { mode: 0o700 });
      await copyAll(from, to, name);
    } else {
      await copyFile(path.join(from, name), path.join(to, name)).catch(unlessGone);
      await giveTo(await lstat(from), path.join(to, name)).catch(unlessGone);
    }
  }
}

/** A running server may delete files during the copy; its WAL compensates for that. */
function unlessGone(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}

/** PostgreSQL requires to own its files. Only root can change the owner. */
async function giveTo({ uid, gid }: { uid: number; gid: number }, file: string): Promise<void> {
  if (process.getuid?.() === 0) await chown(file, uid, gid);
}

async function writeOwned(directory: string, name: string, text: string): Promise<void> {
  const file = path.join(directory, name);
  await writeFile(file, text);
  await chmod(file, 0o600);
  await giveTo(await lstat(directory), file);
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  });
}

async function childrenOf(pid: number): Promise<number[]> {
  let listed = '';
  const ps = spawn('ps', ['-o', 'pid=,ppid=', '-A']);
  ps.stdout.on('data', (chunk: Buffer) => (listed += chunk.toString()));
  await new Promise((resolve) => ps.once('close', resolve).once('error', resolve));
  return listed
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([id, parent]) => (id !== undefined && parent === pid ? [id] : []));
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
