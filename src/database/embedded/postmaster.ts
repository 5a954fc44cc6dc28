import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

/** The content of `postmaster.pid`, which a server writes into its data directory. */
export interface Postmaster {
  readonly pid: number;
  /** NaN until the server has written it. */
  readonly port: number;
  /** True from the time the server accepts connections until it begins to stop. */
  readonly isReady: boolean;
}

/** Reads `postmaster.pid`; undefined if it does not exist. The file may outlive its server. */
export async function readPostmaster(directory: string): Promise<Postmaster | undefined> {
  let text: string;
  try {
    text = await readFile(path.join(directory, 'postmaster.pid'), 'utf8');
  } catch {
    return undefined;
  }
  // For the order of the lines, see src/include/utils/pidfile.h of PostgreSQL.
  const lines = text.split('\n').map((line) => line.trim());
  const pid = Number.parseInt(lines[0] ?? '', 10);
  if (!(pid > 0)) return undefined;
  return { pid, port: Number.parseInt(lines[3] ?? '', 10), isReady: lines[7] === 'ready' };
}

/**
 * Whether a process is the server of a data directory. After a crash of the machine, `postmaster.pid` may
 * contain the id of an unrelated process.
 * @param directory absolute, without symbolic links
 */
export async function isPostmasterOf(directory: string, pid: number): Promise<boolean> {
  if (!isAlive(pid)) return false;
  if (process.platform === 'linux') {
    // The working directory of a server is its data directory. A zombie process, which a container may never
    // reap, has none.
    const workingDirectory = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
    if (workingDirectory !== undefined) return workingDirectory === directory;
  }
  return (await readCommand(pid)).includes('postgres');
}

/** Also false for a process of another user, which cannot be our server. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function readCommand(pid: number): Promise<string> {
  try {
    if (process.platform === 'linux') return await readFile(`/proc/${pid}/cmdline`, 'utf8');
    const [command, args] =
      process.platform === 'win32'
        ? (['tasklist', ['/FI', `PID eq ${pid}`, '/FO', 'CSV', '/NH']] as const)
        : (['ps', ['-ww', '-o', 'args=', '-p', String(pid)]] as const);
    return (await promisify(execFile)(command, args, { windowsHide: true })).stdout;
  } catch {
    // The process has ended meanwhile.
    return '';
  }
}
