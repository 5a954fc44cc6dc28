import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, readFileSync } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { from as copyFrom } from 'pg-copy-streams';
import type { BenchDatabase } from './bench-database.js';
import { timed } from './benchmark.js';
import type { BenchFiles } from './import-files.js';

export interface Measured {
  readonly milliseconds: number;
  /** The highest resident memory, in bytes; null: unknown, since the system is not Linux. */
  readonly peakBytes: number | null;
}

const COPY_LEADS = `
  COPY leads (email, "firstName", "lastName", phone, budget, company, status, source, "createdAt", "updatedAt")
  FROM STDIN (FORMAT csv)`;
const COPY_INTERACTIONS = `
  COPY interactions ("leadId", type, date, notes, direction, "createdAt", "updatedAt") FROM STDIN (FORMAT csv)`;

/** Copies both files, as \\copy of psql does. Triggers calculate the scores. @returns milliseconds */
export function copy({ client }: BenchDatabase, { copied }: BenchFiles): Promise<number> {
  return timed(async () => {
    await pipeline(createReadStream(copied.leads), client.query(copyFrom(COPY_LEADS)));
    await pipeline(createReadStream(copied.interactions), client.query(copyFrom(COPY_INTERACTIONS)));
  });
}

const POLL_MS = 50;

/**
 * Runs a built program until it ends, and measures its duration and memory.
 * @param directory the checkout
 * @throws Error if it fails
 */
export async function measureProgram(
  directory: string,
  program: string,
  args: readonly string[],
  url: string,
): Promise<Measured> {
  let peakBytes: number | null = null;
  const milliseconds = await timed(async () => {
    const child = spawn(process.execPath, [path.join(directory, program), ...args], {
      env: { ...process.env, DATABASE_URL: url },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => {
      errors = (errors + chunk.toString()).slice(-2000);
    });
    const polling = setInterval(() => {
      peakBytes = peakMemoryOf(child.pid ?? 0) ?? peakBytes;
    }, POLL_MS);
    const [code] = (await once(child, 'close')) as [number | null];
    clearInterval(polling);
    if (code !== 0) throw new Error(`${program} ended with ${code}: ${errors}`);
  });
  return { milliseconds, peakBytes };
}

function peakMemoryOf(pid: number): number | null {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kilobytes === undefined ? null : Number(kilobytes) * 1024;
  } catch {
    return null;
  }
}
