import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';

/** As whom a program of PostgreSQL runs: PostgreSQL refuses root, and a user id without a name. */
export interface RunAs {
  /** For messages, after "as". */
  readonly description: string;
  /** A command that the program and its arguments follow. */
  readonly prefix: readonly string[];
  /** Set where the process changes its user: the files it works on have to be theirs. */
  readonly identity?: Identity;
}

interface Identity {
  readonly uid: number;
  readonly gid: number;
}

interface Account extends Identity {
  readonly name: string;
}

export interface RunOptions {
  readonly stdio: StdioOptions;
  readonly isDetached?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
}

/** The id that the kernel shows for whoever has none in a user namespace; it makes a poor name for ourselves. */
const OVERFLOW_ID = 65_534;

/**
 * Nothing of our own environment: the server outlives this process and must not keep its secrets, and PG…
 * variables meant for another database must not reach it. Windows needs more than can be listed here.
 */
const ENVIRONMENT =
  process.platform === 'win32'
    ? undefined
    : {
        PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/run/current-system/sw/bin',
        LC_ALL: 'C',
      };

const SELF: RunAs = { description: 'this user', prefix: [] };

/** Ways to make a new data directory, the best one first; each may fail on this system. */
export function waysToInitialise(initdb: string): RunAs[] {
  const accounts = readAccounts();
  if (process.getuid?.() !== 0) return process.platform === 'linux' ? [SELF, inNamespace(accounts)] : [SELF];

  const named = ['postgres', 'nobody'].flatMap(
    (name) => accounts.find((account) => account.name === name) ?? [],
  );
  // Root may work in the directory of a user who alone can reach the programs.
  const { uid, gid } = statSync(initdb);
  const installer = { name: `user ${uid}`, uid, gid };
  const others = [...named, installer].filter((account) => account.uid !== 0).map(asAccount);
  return process.platform === 'linux' ? [inNamespace(accounts), ...others] : others;
}

/** The way that fits a data directory that exists: its owner, since PostgreSQL insists on owning its files. */
export function wayToServe(directory: string): RunAs {
  if (process.getuid?.() !== 0) return SELF;
  const { uid, gid } = statSync(directory);
  return uid === 0 ? inNamespace(readAccounts()) : asAccount({ name: `user ${uid}`, uid, gid });
}

/** Starts a program; the caller listens to the process's `error` event. */
export function runAs(
  way: RunAs,
  program: string,
  args: readonly string[],
  options: RunOptions,
): ChildProcess {
  const [command = program, ...rest] = [...way.prefix, program, ...args];
  return spawn(command, rest, {
    ...way.identity,
    stdio: options.stdio,
    detached: options.isDetached ?? false,
    windowsHide: true,
    // The working directory may be closed to the user who runs it.
    cwd: path.parse(program).root,
    env: ENVIRONMENT === undefined ? undefined : { ...ENVIRONMENT, ...options.environment },
  });
}

/**
 * Runs a program to its end; resolves to what it said where it failed, and to null where it succeeded.
 * @param signal asks the program to end
 */
export function failureOf(
  way: RunAs,
  program: string,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<string | null> {
  return new Promise((resolve) => {
    const child = runAs(way, program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    const end = () => child.kill('SIGTERM');
    signal?.addEventListener('abort', end);
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.once('error', (error) => {
      resolve(error.message);
    });
    child.once('close', (code, endedBy) => {
      signal?.removeEventListener('abort', end);
      resolve(code === 0 ? null : said.trim() || `it ended with ${endedBy ?? `code ${code}`}`);
    });
  });
}

/** A user namespace needs no user of its own, and the files stay those of the user who runs us. */
function inNamespace(accounts: readonly Account[]): RunAs {
  const ordinary = accounts.find(({ uid }) => uid > 0 && uid !== OVERFLOW_ID);
  // initdb looks its user up, so the id has to be one that has a name.
  const { uid, gid } = ordinary ?? { uid: OVERFLOW_ID, gid: OVERFLOW_ID };
  return {
    description: 'an unprivileged user (unshare)',
    prefix: ['unshare', '-U', `--map-user=${uid}`, `--map-group=${gid}`, '--'],
  };
}

function asAccount({ name, uid, gid }: Account): RunAs {
  return { description: name, prefix: [], identity: { uid, gid } };
}

function readAccounts(): Account[] {
  let text: string;
  try {
    text = readFileSync('/etc/passwd', 'utf8');
  } catch {
    // Windows has none, nor do the smallest containers: there is nobody to choose from.
    return [];
  }
  return text
    .split('\n')
    .map((line) => line.split(':'))
    .filter((fields) => fields.length >= 4)
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
}
