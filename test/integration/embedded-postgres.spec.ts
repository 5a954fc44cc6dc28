import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { OperatorError } from '../../src/common/operator-error.js';
import { startEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres.js';
import { findPostgresBinaries } from '../../src/database/embedded/postgres-binaries.js';
import { ADVISORY_LOCKS } from '../../src/database/advisory-locks.js';
import { isAlive, readPostmaster } from '../../src/database/embedded/postmaster.js';
import { stopServer } from '../../src/database/embedded/server-process.js';
import { PostgresUser, queryValue } from '../support/postgres-user.js';
import { createDataDirectory } from '../support/prepared-postgres.js';
import { until } from '../support/until.js';

const NOBODY = { uid: 65_534, gid: 65_534 };

/** Whether the tests run as root, and another user can run the installed and built files. */
const canBecomeNobody =
  process.getuid?.() === 0 &&
  spawnSync(process.execPath, ['-e', 'require("pg"); fs.readdirSync("dist/src/database")'], NOBODY).status ===
    0;

/** Whether this process may mount a file system. */
const canMount =
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'none', os.tmpdir()]).status === 0;

let parent: string;
let directory: string;
let bystander: ChildProcess | undefined;

beforeEach(() => {
  parent = mkdtempSync(path.join(realpathSync(os.tmpdir()), 'embedded-postgres-spec-'));
  chmodSync(parent, 0o777);
  directory = path.join(parent, 'data', 'postgres');
});

afterEach(async () => {
  PostgresUser.killAll();
  bystander?.kill('SIGKILL');
  await stopServer(directory, await findPostgresBinaries());
  rmSync(parent, { recursive: true, force: true });
});

const start = () => startEmbeddedPostgres({ directory, database: 'application', isThrowAway: true });

const pidFile = () => path.join(directory, 'postmaster.pid');
const postmasterPid = () => Number.parseInt(readFileSync(pidFile(), 'utf8'), 10);

async function isListening(url: string): Promise<boolean> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Starts a process that is not PostgreSQL and lives as long as the test. */
async function startBystander(): Promise<number> {
  bystander = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  await once(bystander, 'spawn');
  return bystander.pid ?? 0;
}

/** Whether a process runs whose arguments contain this text. */
function isArgument(text: string): boolean {
  if (process.platform !== 'linux') {
    return spawnSync('ps', ['-Awwo', 'args='], { encoding: 'utf8' }).stdout.includes(text);
  }
  return readdirSync('/proc').some((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(text);
    } catch {
      // The process has ended meanwhile.
      return false;
    }
  });
}

/** The id of a process that has ended. */
const deadPid = () => spawnSync(process.execPath, ['-e', '']).pid;

async function errorOf(action: Promise<unknown>): Promise<Error> {
  const outcome: unknown = await action.catch((error: unknown) => error);
  if (outcome instanceof Error) return outcome;
  throw new Error('The action did not fail.');
}

describe('an embedded server with a single user', () => {
  it('has a database in UTC and UTF-8, and leaves nothing running', async () => {
    const postgres = await start();
    const pid = postmasterPid();

    expect(await queryValue(postgres.url, 'SELECT current_database()')).toBe('application');
    expect(await queryValue(postgres.url, 'SHOW timezone')).toBe('UTC');
    expect(await queryValue(postgres.url, 'SHOW server_encoding')).toBe('UTF8');
    expect(readdirSync(path.dirname(directory))).toEqual(['postgres']);

    await Promise.all([postgres.release(), postgres.release()]);
    await postgres.release();
    expect(await isListening(postgres.url)).toBe(false);
    expect(existsSync(pidFile())).toBe(false);
    // The process ends a moment after it removes its file.
    await until(() => !isAlive(pid));
  });

  it('rejects connections without the password, which only its owner can read', async () => {
    const postgres = await start();
    const url = new URL(postgres.url);
    const { password } = url;
    url.password = 'guess';

    expect(await errorOf(queryValue(url.href, 'SELECT 1'))).toMatchObject({ code: '28P01' });
    expect(readFileSync(path.join(directory, 'lead-scoring-password'), 'utf8').trim()).toBe(password);
    expect(statSync(path.join(directory, 'lead-scoring-password')).mode & 0o777).toBe(0o600);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    await postgres.release();
  });

  it('keeps its data until the next start', async () => {
    await createDataDirectory(directory);
    const first = await start();
    await queryValue(first.url, 'CREATE TABLE kept AS SELECT 42 AS value');
    await first.release();

    const second = await start();
    expect(await queryValue(second.url, 'SELECT value FROM kept')).toBe(42);
    await second.release();
  });

  it('runs outside the process group of its user, so Ctrl-C does not reach it', async () => {
    await createDataDirectory(directory);
    const user = await PostgresUser.start(directory);
    expect(await user.query(`SELECT setting FROM pg_settings WHERE name = 'unix_socket_directories'`)).toBe(
      '',
    );
    const group = spawnSync('ps', ['-o', 'pgid=', '-p', String(postmasterPid())], { encoding: 'utf8' });
    if (group.error === undefined) expect(Number(group.stdout)).toBe(postmasterPid());
    expect(await user.release()).toBe(0);
  });
});

describe('several users', () => {
  it('share one server if they start at the same time, and the last one stops it', async () => {
    const users = await Promise.all([1, 2, 3].map(() => PostgresUser.start(directory)));
    const [first, second, last] = users as [PostgresUser, PostgresUser, PostgresUser];
    expect(new Set(users.map(({ url }) => url)).size).toBe(1);
    expect(readdirSync(path.dirname(directory))).toEqual(['postgres']);

    expect(await Promise.all([first.release(), second.release()])).toEqual([0, 0]);
    expect(await last.query('SELECT 1')).toBe(1);

    expect(await last.release()).toBe(0);
    expect(await isListening(last.url)).toBe(false);
    expect(existsSync(pidFile())).toBe(false);
  });

  it('get a working server even if a start coincides with the last release', async () => {
    await createDataDirectory(directory);
    let current = await start();
    for (const hasBegun of [
      () => true,
      async () => (await readPostmaster(directory))?.isReady !== true,
      async () => !(await isListening(current.url)),
      () => !existsSync(pidFile()),
      // A second time at once, after a server that was started during a stop.
      () => true,
    ]) {
      const leaving = current.release();
      await until(hasBegun, 1);
      current = await start();
      await leaving;
      expect(await queryValue(current.url, 'SELECT 1')).toBe(1);
    }
    await current.release();
    expect(await isListening(current.url)).toBe(false);
  });
});

describe('a new user', () => {
  it('starts the server again if the last user stops it at the same time', async () => {
    await createDataDirectory(directory);
    const user = await PostgresUser.start(directory);
    const url = new URL(user.url);
    url.pathname = '/postgres';
    await user.kill();
    // Does what release() does, but pauses between taking the lock and stopping the server.
    const lastUser = new pg.Client(url.href).on('error', () => undefined);
    await lastUser.connect();
    await lastUser.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCKS.presence]);
    const starting = start();
    const waiting = `SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`;
    await until(async () => (await queryValue(url.href, waiting)) !== 0);
    process.kill(postmasterPid(), 'SIGINT');

    const next = await starting;
    expect(await queryValue(next.url, 'SELECT 1')).toBe(1);
    await Promise.all([lastUser.end(), next.release()]);
    expect(await isListening(next.url)).toBe(false);
  });
});

describe('after a kill', () => {
  it('of the user, the next start takes over the running server and stops it in the end', async () => {
    await createDataDirectory(directory);
    const killed = await PostgresUser.start(directory);
    const pid = postmasterPid();
    await killed.kill();
    expect(await killed.query('SELECT 1')).toBe(1);

    const next = await start();
    expect(next.url).toBe(killed.url);
    expect(postmasterPid()).toBe(pid);
    await next.release();
    expect(await isListening(next.url)).toBe(false);
  });

  it('of the server, its user survives and the next start recovers the data', async () => {
    await createDataDirectory(directory);
    const user = await PostgresUser.start(directory);
    // By default, a throw-away server may lose its last commits.
    const durable = `${user.url}?options=-c%20synchronous_commit%3Don`;
    await queryValue(durable, 'CREATE TABLE kept AS SELECT 42 AS value');
    const session = Number(
      await user.query(
        `SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`,
      ),
    );
    process.kill(postmasterPid(), 'SIGKILL');
    // The end of the session breaks the connection of the user, which crashes a process without an error listener.
    await until(() => !isAlive(session));

    const next = await start();
    expect(await queryValue(next.url, 'SELECT value FROM kept')).toBe(42);
    expect(await user.release()).toBe(0);
    expect(await queryValue(next.url, 'SELECT 1')).toBe(1);
    await next.release();
    expect(await isListening(next.url)).toBe(false);
  });

  it('of an unfinished first start, the next one starts over and cleans up', async () => {
    const child = PostgresUser.spawn(directory);
    const parentOfData = path.dirname(directory);
    const staging = () => (existsSync(parentOfData) ? readdirSync(parentOfData)[0] : undefined);
    const hasData = () => existsSync(path.join(parentOfData, staging() ?? '', 'data', 'PG_VERSION'));
    await until(hasData, 5);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(readdirSync(parentOfData)).toEqual([expect.stringMatching(/^postgres\.initdb-/)]);
    // The initdb of the killed process is still running and writes files.
    await until(() => !isArgument(staging() ?? ''));

    const postgres = await start();
    expect(readdirSync(parentOfData)).toEqual(['postgres']);
    await postgres.release();
  });

  it('of unfinished first starts long ago, their files are removed, but not those of live ones', async () => {
    const abandoned = `${directory}.initdb-${deadPid()}-0a1b2c3d`;
    const inUse = `${directory}.initdb-${await startBystander()}-0a1b2c3d`;
    for (const staging of [abandoned, inUse]) mkdirSync(path.join(staging, 'data'), { recursive: true });

    const postgres = await start();
    expect(existsSync(abandoned)).toBe(false);
    expect(existsSync(inUse)).toBe(true);
    await postgres.release();
  });

  it.each([
    ['a process that has ended', () => Promise.resolve(deadPid())],
    ['a program other than PostgreSQL', startBystander],
  ])('of the machine, a postmaster.pid that names %s is ignored', async (_, findPid) => {
    await createDataDirectory(directory);
    const first = await start();
    const stale = readFileSync(pidFile(), 'utf8').split('\n');
    await first.release();
    const pid = await findPid();
    writeFileSync(pidFile(), [pid, ...stale.slice(1)].join('\n'));

    const next = await start();
    expect(await queryValue(next.url, 'SELECT 1')).toBe(1);
    await next.release();
    expect(existsSync(pidFile())).toBe(false);
    if (bystander?.pid === pid) expect(isAlive(pid)).toBe(true);
  });
});

describe('a start that is aborted', () => {
  const stagings = () => readdirSync(path.dirname(directory)).filter((name) => name.includes('.initdb-'));

  it.each([
    ['the data directory is created', () => existsSync(path.dirname(directory)) && stagings().length > 0],
    ['the server starts', () => existsSync(pidFile())],
  ])('leaves no process and no files behind: while %s', async (_, isReached) => {
    const controller = new AbortController();
    const starting = startEmbeddedPostgres({
      directory,
      database: 'application',
      isThrowAway: true,
      signal: controller.signal,
    });
    const outcome = starting.catch((error: unknown) => error);
    await until(isReached, 2);
    controller.abort();
    expect(await outcome).toBe(controller.signal.reason);
    expect(stagings()).toEqual([]);
    expect(existsSync(pidFile())).toBe(false);
    await (await start()).release();
  });

  it('leaves a server running that another process uses', async () => {
    await createDataDirectory(directory);
    const user = await PostgresUser.start(directory);
    await expect(
      startEmbeddedPostgres({ directory, database: 'application', signal: AbortSignal.abort() }),
    ).rejects.toThrow();
    expect(await user.query('SELECT 1')).toBe(1);
    expect(await user.release()).toBe(0);
  });
});

describe('a start that fails', () => {
  it('leaves no unusable server running', async () => {
    await createDataDirectory(directory);
    writeFileSync(path.join(directory, 'lead-scoring-password'), 'wrong\n');
    const error = await errorOf(start());
    expect(error.message).toMatch(/cannot be used: password authentication failed/);
    expect(existsSync(pidFile())).toBe(false);
  });
});

describe('the error for the operator', () => {
  it('names a data directory of another major version, which stays unchanged', async () => {
    await createDataDirectory(directory);
    writeFileSync(path.join(directory, 'PG_VERSION'), '9\n');

    const error = await errorOf(start());
    expect(error).toBeInstanceOf(OperatorError);
    expect(error.message).toContain(`${directory} was made by PostgreSQL 9`);
    expect(readFileSync(path.join(directory, 'PG_VERSION'), 'utf8')).toBe('9\n');
  });

  it('names a directory with other files', async () => {
    mkdirSync(directory, { recursive: true });
    writeFileSync(path.join(directory, 'letter.txt'), 'Dear');

    const error = await errorOf(start());
    expect(error).toBeInstanceOf(OperatorError);
    expect(error.message).toContain(`${directory} is not empty`);
    expect(error.message).toContain('EMBEDDED_POSTGRES_DIR');
    expect(readdirSync(directory)).toEqual(['letter.txt']);
  });

  it('names a log that cannot be written, as on a full or read-only file system', async () => {
    await createDataDirectory(directory);
    rmSync(path.join(directory, 'server.log'));
    mkdirSync(path.join(directory, 'server.log'));

    const error = await errorOf(start());
    expect(error).toBeInstanceOf(OperatorError);
    expect(error.message).toContain(`cannot use ${directory} (EISDIR)`);
  });

  (canMount ? it : it.skip)('names a data directory on a read-only file system', async () => {
    await createDataDirectory(directory);
    const program = `try { await (await import(process.argv[1])).startEmbeddedPostgres({ directory: process.argv[2], database: 'application' }) }
      catch (error) { console.log(error.name + ': ' + error.message) }`;
    const { stdout } = spawnSync(
      'unshare',
      [
        ...[
          '-m',
          'sh',
          '-c',
          'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"',
          'sh',
        ],
        ...[directory, process.execPath, '--input-type=module', '-e', program],
        ...[path.resolve('dist/src/database/embedded/embedded-postgres.js'), directory],
      ],
      { encoding: 'utf8' },
    );
    expect(stdout).toMatch(/^OperatorError: .* is on a read-only file system\. /);
  });

  it('contains the last log lines of a server that does not start, without the password', async () => {
    await createDataDirectory(directory);
    appendFileSync(path.join(directory, 'postgresql.conf'), '\nno_such_setting = 1\n');

    const error = await errorOf(start());
    expect(error).toBeInstanceOf(OperatorError);
    expect(error.message).toContain('unrecognized configuration parameter "no_such_setting"');
    const password = readFileSync(path.join(directory, 'lead-scoring-password'), 'utf8').trim();
    expect(error.message).not.toContain(password);
  });
});

(canBecomeNobody ? describe : describe.skip)('an unprivileged user', () => {
  it('starts, uses and stops its own server', async () => {
    const user = await PostgresUser.start(directory, NOBODY);
    expect(statSync(directory).uid).toBe(NOBODY.uid);
    expect(await user.query('SELECT 1')).toBe(1);
    expect(await user.release()).toBe(0);
    expect(await isListening(user.url)).toBe(false);
  });

  it('gets an error that names a directory of another user', async () => {
    await createDataDirectory(directory);

    const error = await errorOf(PostgresUser.start(directory, NOBODY));
    expect(error.name).toBe('OperatorError');
    expect(error.message).toContain(`may not use ${directory}`);
    expect(error.message).toContain('EMBEDDED_POSTGRES_DIR');
  });

  it('leaves a directory that root can use', async () => {
    const user = await PostgresUser.start(directory, NOBODY);
    await user.query('CREATE TABLE kept AS SELECT 42 AS value');
    await user.release();
    // Root then writes a new log at its start, and the owner must still be able to write to it.
    rmSync(path.join(directory, 'server.log'));

    const postgres = await start();
    expect(await queryValue(postgres.url, 'SELECT value FROM kept')).toBe(42);
    await postgres.release();
    expect(await (await PostgresUser.start(directory, NOBODY)).release()).toBe(0);
  });
});
