import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

/** What a server writes about itself into its data directory, in `postmaster.pid`. */
export interface Postmaster {
  readonly pid: number;
  /** NaN while the server has not written it yet. */
  readonly port: number;
  /** True once it takes connections, until it begins to stop. */
  readonly isReady: boolean;
}

/** Reads `postmaster.pid`; undefined where there is none. The file may outlive its server. */
export async function readPostmaster(directory: string): Promise<Postmaster | undefined> {
  let text: string;
  try {
    text = await readFile(path.join(directory, 'postmaster.pid'), 'utf8');
  } catch {
    return undefined;
  }
  // Order of the lines: src/include/utils/pidfile.h of PostgreSQL.
  const lines = text.split('\n').map((line) => line.trim());
  const pid = Number.parseInt(lines[0] ?? '', 10);
  if (!(pid > 0)) return undefined;
  return { pid, port: Number.parseInt(lines[3] ?? '', 10), isReady: lines[7] === 'ready' };
}

/**
 * Whether a process is the server of a data directory. After a crash of the machine, `postmaster.pid` may name
 * a process that has nothing to do with PostgreSQL.
 * @param directory absolute, without symbolic links
 */
export async function isPostmasterOf(directory: string, pid: number): Promise<boolean> {
  if (!isAlive(pid)) return false;
  if (process.platform === 'linux') {
    // A server works in its data directory. A zombie, which nobody may ever reap in a container, has none.
    const workingDirectory = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
    if (workingDirectory !== undefined) return workingDirectory === directory;
  }
  return (await readCommand(pid)).includes('postgres');
}

/** False also for another user's process: that one cannot be a server of ours. */
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
    // It ended meanwhile.
    return '';
  }
}
