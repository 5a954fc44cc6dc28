import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';

/**
 * The user that runs a PostgreSQL program. PostgreSQL does not run as root, or as a user id without a name.
 */
export interface RunAs {
  /** For messages, after "as". */
  readonly description: string;
  /** A command that is put before the program and its arguments. */
  readonly prefix: readonly string[];
  /** Set if the process changes its user, who must then own the files. */
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

/**
 * The id that the kernel shows for unmapped users in a user namespace. It is only a last resort as our own
 * id.
 */
const OVERFLOW_ID = 65_534;

/**
 * Contains no variables of this process. The server outlives it and must not keep its secrets, and PG…
 * variables for another database must not affect it. Windows needs more variables than can be listed here.
 */
const ENVIRONMENT =
  process.platform === 'win32'
    ? undefined
    : {
        PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/run/current-system/sw/bin',
        LC_ALL: 'C',
      };

const SELF: RunAs = { description: 'this user', prefix: [] };

/** Ways to create a new data directory, the preferred one first. Each of them may fail on this system. */
export function waysToInitialise(initdb: string): RunAs[] {
  const accounts = readAccounts();
  if (process.getuid?.() !== 0) return process.platform === 'linux' ? [SELF, inNamespace(accounts)] : [SELF];

  const named = ['postgres', 'nobody'].flatMap(
    (name) => accounts.find((account) => account.name === name) ?? [],
  );
  // If only one user can reach the programs, root may work in that user's directory.
  const { uid, gid } = statSync(initdb);
  const installer = { name: `user ${uid}`, uid, gid };
  const others = [...named, installer].filter((account) => account.uid !== 0).map(asAccount);
  return process.platform === 'linux' ? [inNamespace(accounts), ...others] : others;
}

/** The way that fits an existing data directory: as its owner, since PostgreSQL must own its files. */
export function wayToServe(directory: string): RunAs {
  if (process.getuid?.() !== 0) return SELF;
  const { uid, gid } = statSync(directory);
  return uid === 0 ? inNamespace(readAccounts()) : asAccount({ name: `user ${uid}`, uid, gid });
}

/** Starts a program. The caller must listen to the `error` event of the process. */
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
    // The user that runs the program may have no access to the working directory.
    cwd: path.parse(program).root,
    env: ENVIRONMENT === undefined ? undefined : { ...ENVIRONMENT, ...options.environment },
  });
}

/**
 * Runs a program until it ends. Resolves to its error output if it failed, and to null if it succeeded.
 * @param signal terminates the program
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

/** A user namespace needs no other user account, and the files belong to the user of this process. */
function inNamespace(accounts: readonly Account[]): RunAs {
  const ordinary = accounts.find(({ uid }) => uid > 0 && uid !== OVERFLOW_ID);
  // initdb looks up its user, so the id must have a name.
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
    // Windows has no such file, nor do the smallest containers.
    return [];
  }
  return text
    .split('\n')
    .map((line) => line.split(':'))
    .filter((fields) => fields.length >= 4)
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
}
