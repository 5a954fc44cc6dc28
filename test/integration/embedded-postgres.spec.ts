import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { OperatorError } from '../../src/common/operator-error.js';
import { startEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres.js';
import { findPostgresBinaries } from '../../src/database/embedded/postgres-binaries.js';
import { ADVISORY_LOCKS } from '../../src/database/advisory-locks.js';
import { isAlive } from '../../src/database/embedded/postmaster.js';
import { stopServer } from '../../src/database/embedded/server-process.js';
import { PostgresUser, queryValue } from '../support/postgres-user.js';

const NOBODY = { uid: 65_534, gid: 65_534 };

/** Whether we are root, and another user could run what we have installed and built. */
const canBecomeNobody =
  process.getuid?.() === 0 &&
  spawnSync(process.execPath, ['-e', 'require("pg"); fs.readdirSync("dist/src/database")'], NOBODY).status ===
    0;

/** Whether this process may mount a file system of its own. */
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

/** A process that lives as long as the test and is no PostgreSQL. */
async function startBystander(): Promise<number> {
  bystander = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  await once(bystander, 'spawn');
  return bystander.pid ?? 0;
}

/** The id of a process that has ended. */
const deadPid = () => spawnSync(process.execPath, ['-e', '']).pid;

async function faultOf(action: Promise<unknown>): Promise<Error> {
  const outcome: unknown = await action.catch((error: unknown) => error);
  if (outcome instanceof Error) return outcome;
  throw new Error('It did not fail.');
}

describe('a single user', () => {
  it('makes the database, answers in UTC with checksums on, and leaves nothing running', async () => {
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
    // The process itself ends a moment after its file.
    while (isAlive(pid)) await sleep(10);
  });

  it('admits nobody without the password, which only the owner can read', async () => {
    const postgres = await start();
    const url = new URL(postgres.url);
    const { password } = url;
    url.password = 'guess';

    expect(await faultOf(queryValue(url.href, 'SELECT 1'))).toMatchObject({ code: '28P01' });
    expect(readFileSync(path.join(directory, 'lead-scoring-password'), 'utf8').trim()).toBe(password);
    expect(statSync(path.join(directory, 'lead-scoring-password')).mode & 0o777).toBe(0o600);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    await postgres.release();
  });

  it('finds its data again at the next start', async () => {
    const first = await start();
    await queryValue(first.url, 'CREATE TABLE kept AS SELECT 42 AS value');
    await first.release();

    const second = await start();
    expect(await queryValue(second.url, 'SELECT value FROM kept')).toBe(42);
    await second.release();
  });

  it('keeps the server out of its own process group, where Ctrl-C would reach it', async () => {
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
  it('share one server when they start at the same moment, and the last one stops it', async () => {
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

  it('get a server that works, however a start and the last release fall together', async () => {
    let current = await start();
    for (let delayMs = 0; delayMs < 30; delayMs += 6) {
      const leaving = current.release();
      await sleep(delayMs);
      current = await start();
      await leaving;
      expect(await queryValue(current.url, 'SELECT 1')).toBe(1);
    }
    await current.release();
    expect(await isListening(current.url)).toBe(false);
  });
});

describe('a newcomer', () => {
  it('that waits while the last user stops the server starts it anew', async () => {
    const user = await PostgresUser.start(directory);
    const url = new URL(user.url);
    url.pathname = '/postgres';
    await user.kill();
    // What release() does, halted between taking the lock and stopping the server.
    const leaver = new pg.Client(url.href).on('error', () => undefined);
    await leaver.connect();
    await leaver.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCKS.presence]);
    const starting = start();
    const waiting = `SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`;
    while ((await queryValue(url.href, waiting)) === 0) await sleep(10);
    process.kill(postmasterPid(), 'SIGINT');

    const newcomer = await starting;
    expect(await queryValue(newcomer.url, 'SELECT 1')).toBe(1);
    await Promise.all([leaver.end(), newcomer.release()]);
    expect(await isListening(newcomer.url)).toBe(false);
  });
});

describe('after a kill', () => {
  it('of the user, the next start takes the running server over and stops it in the end', async () => {
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

  it('of the server, its user lives on and the next start recovers the data', async () => {
    const user = await PostgresUser.start(directory);
    // A throw-away server may lose what it committed last, unless told otherwise.
    const durable = `${user.url}?options=-c%20synchronous_commit%3Don`;
    await queryValue(durable, 'CREATE TABLE kept AS SELECT 42 AS value');
    process.kill(postmasterPid(), 'SIGKILL');
    // Long enough for the connection to break and for a process without a listener to fall over it.
    await sleep(100);

    const next = await start();
    expect(await queryValue(next.url, 'SELECT value FROM kept')).toBe(42);
    expect(await user.release()).toBe(0);
    expect(await queryValue(next.url, 'SELECT 1')).toBe(1);
    await next.release();
    expect(await isListening(next.url)).toBe(false);
  });

  it('of a first start midway, the next one begins anew and sweeps up', async () => {
    const child = PostgresUser.spawn(directory);
    const parentOfData = path.dirname(directory);
    while (!existsSync(parentOfData) || readdirSync(parentOfData).length === 0) await sleep(5);
    await sleep(150);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(readdirSync(parentOfData)).toEqual([expect.stringMatching(/^postgres\.initdb-/)]);
    // Its initdb is an orphan and would go on writing.
    await sleep(1500);

    const postgres = await start();
    expect(readdirSync(parentOfData)).toEqual(['postgres']);
    await postgres.release();
  });

  it('of first starts long ago, their left-overs go and those of living ones stay', async () => {
    const abandoned = `${directory}.initdb-${deadPid()}-0a1b2c3d`;
    const inUse = `${directory}.initdb-${await startBystander()}-0a1b2c3d`;
    for (const staging of [abandoned, inUse]) mkdirSync(path.join(staging, 'data'), { recursive: true });

    const postgres = await start();
    expect(existsSync(abandoned)).toBe(false);
    expect(existsSync(inUse)).toBe(true);
    await postgres.release();
  });

  it.each([
    ['nobody any more', () => Promise.resolve(deadPid())],
    ['a program that is no PostgreSQL', startBystander],
  ])('of the machine, a postmaster.pid that names %s is no hindrance', async (_, findPid) => {
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

describe('a start that is ended midway', () => {
  const stagings = () => readdirSync(path.dirname(directory)).filter((name) => name.includes('.initdb-'));

  it.each([
    ['the data directory is set up', () => existsSync(path.dirname(directory)) && stagings().length > 0],
    ['the server starts', () => existsSync(pidFile())],
  ])('leaves nothing running and nothing behind: while %s', async (_, isReached) => {
    const controller = new AbortController();
    const starting = startEmbeddedPostgres({
      directory,
      database: 'application',
      isThrowAway: true,
      signal: controller.signal,
    });
    const outcome = starting.catch((error: unknown) => error);
    while (!isReached()) await sleep(2);
    controller.abort();
    expect(await outcome).toBe(controller.signal.reason);
    expect(stagings()).toEqual([]);
    expect(existsSync(pidFile())).toBe(false);
    await (await start()).release();
  });

  it('leaves a server to another process that uses it', async () => {
    const user = await PostgresUser.start(directory);
    await expect(
      startEmbeddedPostgres({ directory, database: 'application', signal: AbortSignal.abort() }),
    ).rejects.toThrow();
    expect(await user.query('SELECT 1')).toBe(1);
    expect(await user.release()).toBe(0);
  });
});

describe('a start that fails', () => {
  it('leaves no server running that nobody can use', async () => {
    await (await start()).release();
    writeFileSync(path.join(directory, 'lead-scoring-password'), 'wrong\n');
    const fault = await faultOf(start());
    expect(fault.message).toMatch(/cannot be used: password authentication failed/);
    expect(existsSync(pidFile())).toBe(false);
  });
});

describe('what the operator has to mend', () => {
  it('a data directory of another major version, which stays as it was', async () => {
    await (await start()).release();
    writeFileSync(path.join(directory, 'PG_VERSION'), '9\n');

    const fault = await faultOf(start());
    expect(fault).toBeInstanceOf(OperatorError);
    expect(fault.message).toContain(`${directory} was made by PostgreSQL 9`);
    expect(readFileSync(path.join(directory, 'PG_VERSION'), 'utf8')).toBe('9\n');
  });

  it('a directory that holds something else', async () => {
    mkdirSync(directory, { recursive: true });
    writeFileSync(path.join(directory, 'letter.txt'), 'Dear');

    const fault = await faultOf(start());
    expect(fault).toBeInstanceOf(OperatorError);
    expect(fault.message).toContain(`${directory} is not empty`);
    expect(fault.message).toContain('EMBEDDED_POSTGRES_DIR');
    expect(readdirSync(directory)).toEqual(['letter.txt']);
  });

  it('a log that cannot be written, as on a full or read-only file system', async () => {
    await (await start()).release();
    rmSync(path.join(directory, 'server.log'));
    mkdirSync(path.join(directory, 'server.log'));

    const fault = await faultOf(start());
    expect(fault).toBeInstanceOf(OperatorError);
    expect(fault.message).toContain(`cannot use ${directory} (EISDIR)`);
  });

  (canMount ? it : it.skip)('a data directory on a read-only file system', async () => {
    await (await start()).release();
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

  it('a server that does not start, told in the last lines of its log and without the password', async () => {
    await (await start()).release();
    appendFileSync(path.join(directory, 'postgresql.conf'), '\nno_such_setting = 1\n');

    const fault = await faultOf(start());
    expect(fault).toBeInstanceOf(OperatorError);
    expect(fault.message).toContain('unrecognized configuration parameter "no_such_setting"');
    const password = readFileSync(path.join(directory, 'lead-scoring-password'), 'utf8').trim();
    expect(fault.message).not.toContain(password);
  });
});

(canBecomeNobody ? describe : describe.skip)('an ordinary user', () => {
  it('starts, uses and stops a server of its own', async () => {
    const user = await PostgresUser.start(directory, NOBODY);
    expect(statSync(directory).uid).toBe(NOBODY.uid);
    expect(await user.query('SELECT 1')).toBe(1);
    expect(await user.release()).toBe(0);
    expect(await isListening(user.url)).toBe(false);
  });

  it('is told which directory is not its own', async () => {
    await (await start()).release();

    const fault = await faultOf(PostgresUser.start(directory, NOBODY));
    expect(fault.name).toBe('OperatorError');
    expect(fault.message).toContain(`may not use ${directory}`);
    expect(fault.message).toContain('EMBEDDED_POSTGRES_DIR');
  });

  it('leaves a directory that root can go on with', async () => {
    const user = await PostgresUser.start(directory, NOBODY);
    await user.query('CREATE TABLE kept AS SELECT 42 AS value');
    await user.release();
    // Root's start then writes one, which the owner has to be able to go on with.
    rmSync(path.join(directory, 'server.log'));

    const postgres = await start();
    expect(await queryValue(postgres.url, 'SELECT value FROM kept')).toBe(42);
    await postgres.release();
    expect(await (await PostgresUser.start(directory, NOBODY)).release()).toBe(0);
  });
});
