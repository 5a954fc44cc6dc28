import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import path from 'node:path';

const SERVER = path.resolve(import.meta.dirname, '..', '..', 'src', 'main.js');
const SAMPLE_INTERVAL_MS = 10;

/** The server of this project, in a process of its own. */
export interface ServerUnderTest {
  ask<Data>(query: string): Promise<Data>;
  /** What its process holds in memory just now, in bytes; null where the system does not tell. */
  memory(): Promise<number | null>;
  /** The most that its process holds in memory while work is done. */
  peakMemory(work: () => Promise<unknown>): Promise<number | null>;
  stop(): Promise<void>;
}

export async function startServerUnderTest(databaseUrl: string): Promise<ServerUnderTest> {
  const child = spawn(process.execPath, [SERVER], {
    env: { PATH: process.env.PATH, DATABASE_URL: databaseUrl, PORT: '0', SUMMARY_PROVIDER: 'template' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await readyUrl(child);
  const memory = () => residentBytes(child.pid);
  return {
    ask: (query) => ask(url, query),
    memory,
    peakMemory: async (work) => {
      let peak = await memory();
      const sampler = setInterval(() => {
        void memory().then((bytes) => {
          if (bytes !== null && bytes > (peak ?? 0)) peak = bytes;
        });
      }, SAMPLE_INTERVAL_MS);
      await work().finally(() => {
        clearInterval(sampler);
      });
      return peak;
    },
    stop: async () => {
      const stopped = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await stopped;
    },
  };
}

function readyUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const url = /ready at (\S+)/.exec(output)?.[1];
      if (url !== undefined) resolve(url);
    });
    child.once('exit', () => {
      reject(new Error(`The server did not start: ${output}`));
    });
  });
}

/** Not through fetch, which gives up after five minutes. */
function ask<Data>(url: string, query: string): Promise<Data> {
  return new Promise((resolve, reject) => {
    const call = request(
      url,
      { method: 'POST', headers: { 'content-type': 'application/json' } },
      (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
        response.on('end', () => {
          const answer = JSON.parse(body) as { data: Data; errors?: unknown };
          if (answer.errors === undefined) resolve(answer.data);
          else reject(new Error(body));
        });
      },
    );
    call.on('error', reject);
    call.end(JSON.stringify({ query }));
  });
}

async function residentBytes(pid: number | undefined): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) * 1024;
}
