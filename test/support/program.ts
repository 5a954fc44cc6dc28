import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';

const DIST = path.resolve(import.meta.dirname, '..', '..', 'dist');

export interface ProgramOptions {
  readonly args?: readonly string[];
  /** All settings of the program. It does not inherit the environment of the tests. */
  readonly env?: Readonly<Record<string, string>>;
  /** A directory without a `.env` of the user. */
  readonly cwd: string;
}

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  /** The first line of standard error if it names the database, as for every command. */
  readonly databaseLine: string | null;
  /** Standard error without that line. */
  readonly stderr: string;
}

/** Returns the first line of standard error of every command that uses the database at this URL. */
export function databaseLineOf(url: string): string {
  const { pathname, hostname, port } = new URL(url);
  return `Database: ${pathname.slice(1)} at ${hostname}:${port}\n`;
}

/** A running program of dist/. */
export interface RunningProgram {
  readonly process: ChildProcess;
  /**
   * Waits until it has printed text that matches, on standard output or standard error, and returns the match.
   * @throws if it ends before that
   */
  untilPrinted(pattern: RegExp): Promise<RegExpExecArray>;
  readonly finished: Promise<Finished>;
}

export function startProgram(program: string, { args = [], env = {}, cwd }: ProgramOptions): RunningProgram {
  const child = spawn(process.execPath, [path.join(DIST, program), ...args], {
    cwd,
    env: { PATH: process.env.PATH, HOME: cwd, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const finished = new Promise<Finished>((resolve) => {
    child.on('close', (code, signal) => {
      const [databaseLine = null] = /^Database: .*\n/.exec(stderr) ?? [];
      resolve({ code, signal, stdout, databaseLine, stderr: stderr.slice(databaseLine?.length ?? 0) });
    });
  });
  const untilPrinted = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(stdout) ?? pattern.exec(stderr);
        if (match !== null) resolve(match);
      };
      look();
      child.stdout.on('data', look);
      child.stderr.on('data', look);
      void finished.then(({ code }) => {
        reject(
          new Error(
            `${program} ended with ${String(code)} before it printed ${String(pattern)}:\n${stdout}${stderr}`,
          ),
        );
      });
    });
  return { process: child, untilPrinted, finished };
}

/** Runs a program of dist/ to its end. */
export function runProgram(program: string, options: ProgramOptions): Promise<Finished> {
  return startProgram(program, options).finished;
}

export interface ServerProgram extends RunningProgram {
  /** The GraphQL endpoint. */
  readonly url: string;
  /** Sends a document and returns the whole response. */
  ask(query: string): Promise<unknown>;
  /** Requests a stop, and waits until it has stopped. */
  stop(): Promise<Finished>;
}

/**
 * Starts the server on a free port, and waits until it is ready. No load balancer has to learn that it stops,
 * unless a setting says so.
 */
export async function startServerProgram(options: ProgramOptions): Promise<ServerProgram> {
  const program = startProgram('src/main.js', {
    ...options,
    env: { PORT: '0', SHUTDOWN_DELAY_MS: '0', ...options.env },
  });
  const [, url = ''] = await program.untilPrinted(/ready at (\S+)/);
  return {
    ...program,
    url,
    ask: async (query) => {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      });
      return (await response.json()) as unknown;
    },
    stop: () => {
      program.process.kill('SIGTERM');
      return program.finished;
    },
  };
}
