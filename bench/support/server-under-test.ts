import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withApiKeyStore } from '../../src/access/api-key-store.js';
import type { CleanUp } from './clean-up.js';
import type { ProcessUsage } from './self-report.js';

/** The built server of this project. */
export const SERVER = path.resolve(import.meta.dirname, '..', '..', 'src', 'main.js');
const SAMPLE_INTERVAL_MS = 20;
/** The wait until work from the startup is done. */
const IDLE_AFTER_MS = 1000;

/** In bytes. */
export interface WatchedMemory {
  readonly before: number;
  readonly peak: number;
}

/** The server of this project, in its own process. */
export interface ServerUnderTest {
  ask<Data>(query: string): Promise<Data>;
  /** The resident memory of the process after its start and one query, in bytes; null: unknown. */
  readonly idleMemory: number | null;
  /** Measures the resident memory of the process while work is done; null: unknown. */
  watchMemory(work: () => Promise<unknown>): Promise<WatchedMemory | null>;
  /** Idempotent. */
  stop(): Promise<void>;
}

export async function startServerUnderTest(databaseUrl: string, cleanUp: CleanUp): Promise<ServerUnderTest> {
  const server = await startServerProcess(SERVER, databaseUrl, cleanUp);
  const { pid, stop } = server;
  await ask(server, '{ lead(id: 1) { id activityScore } }');
  await sleep(IDLE_AFTER_MS);
  return {
    ask: (query) => ask(server, query),
    idleMemory: await residentBytes(pid),
    watchMemory: (work) => watchMemory(pid, work),
    stop,
  };
}

/** The address of a server, and the headers of its requests. */
export interface Address {
  readonly url: string;
  /** Only the server of this project requires credentials. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A server in its own process: that of this project or another one. */
export interface ServerProcess extends Address {
  readonly pid: number | undefined;
  /** Idempotent. */
  readonly stop: () => Promise<void>;
}

/** A module that sends the resource usage of its process. */
const SELF_REPORT = new URL('self-report.js', import.meta.url).href;

/**
 * Starts a server.
 * @param program prints `ready at URL`
 * @param onUsage called once a second with the resource usage of the process
 */
export async function startServerProcess(
  program: string,
  databaseUrl: string,
  cleanUp: CleanUp,
  onUsage?: (usage: ProcessUsage) => void,
): Promise<ServerProcess> {
  const headers: Address['headers'] =
    program === SERVER ? { authorization: `Bearer ${await makeKey(databaseUrl)}` } : {};
  const preload = onUsage === undefined ? [] : ['--import', SELF_REPORT];
  const child = spawn(process.execPath, [...preload, program], {
    // A directory without a `.env` of the user.
    cwd: os.tmpdir(),
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      DATABASE_URL: databaseUrl,
      PORT: '0',
      SUMMARY_PROVIDER: 'template',
      // No load balancer has to learn that the server stops.
      SHUTDOWN_DELAY_MS: '0',
      // The benchmark measures the capacity of the server, not its rate limits.
      RATE_LIMIT_PER_MINUTE: '0',
      RATE_LIMIT_WRITES_PER_MINUTE: '0',
      RATE_LIMIT_SUMMARIES_PER_MINUTE: '0',
      RATE_LIMIT_BULK_PER_MINUTE: '0',
    },
    stdio: ['ignore', 'pipe', 'inherit', ...(onUsage === undefined ? [] : (['ipc'] as const))],
  });
  if (onUsage !== undefined) child.on('message', (message) => onUsage(message as ProcessUsage));
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => {
      resolve();
    });
  });
  const stop = () => {
    child.kill('SIGTERM');
    return ended;
  };
  cleanUp.add(stop);
  return { url: await readyUrl(child), headers, pid: child.pid, stop };
}

const makeKey = (databaseUrl: string): Promise<string> =>
  withApiKeyStore(databaseUrl, (store) => store.create(`bench-${randomBytes(4).toString('hex')}`, 'admin'));

function readyUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const look = (text: string) => {
      output += text;
      const url = /ready at ([^\s"]+)/.exec(output)?.[1];
      if (url === undefined) return;
      resolve(url);
      // The server logs a line per request. The output must still be consumed, or the server would block.
      child.stdout?.off('data', look).resume();
    };
    child.stdout?.setEncoding('utf8').on('data', look);
    child.once('error', reject);
    child.once('close', () => {
      reject(new Error(`The server did not start: ${output}`));
    });
  });
}

/** @throws Error if the response contains errors */
export async function ask<Data>(
  address: Address,
  query: string,
  variables?: Readonly<Record<string, unknown>>,
): Promise<Data> {
  const body = await post(address, JSON.stringify({ query, variables }));
  const answer = JSON.parse(body) as { data: Data; errors?: unknown };
  if (answer.errors !== undefined) throw new Error(`The server answered ${body}`);
  return answer.data;
}

/** Does not use fetch, which times out after five minutes. */
function post({ url, headers }: Address, json: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      agent: false,
    } as const;
    const call = request(url, options, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('error', reject);
      response.on('end', () => {
        resolve(body);
      });
    });
    call.on('error', reject);
    call.end(json);
  });
}

async function watchMemory(
  pid: number | undefined,
  work: () => Promise<unknown>,
): Promise<WatchedMemory | null> {
  const before = await residentBytes(pid);
  let peak = before ?? 0;
  const sample = async () => {
    const bytes = (await residentBytes(pid)) ?? 0;
    peak = Math.max(peak, bytes);
  };
  const sampler = setInterval(() => void sample(), SAMPLE_INTERVAL_MS);
  try {
    await work();
  } finally {
    clearInterval(sampler);
  }
  await sample();
  return before === null ? null : { before, peak };
}

/** Null without /proc, which only Linux has. */
async function residentBytes(pid: number | undefined): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) * 1024;
}
