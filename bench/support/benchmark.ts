import type { BenchDatabase } from './bench-database.js';
import type { CleanUp } from './clean-up.js';

/** The parameters of every measurement. */
export interface Benchmark {
  readonly database: BenchDatabase;
  /** The number of rounds that count. */
  readonly rounds: number;
  readonly cleanUp: CleanUp;
}

/** Prints progress to standard error, separate from the tables. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** @returns milliseconds */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const low = sorted[Math.ceil(sorted.length / 2) - 1] ?? NaN;
  const high = sorted[Math.floor(sorted.length / 2)] ?? NaN;
  return (low + high) / 2;
}

/** Prints each table immediately, because a run takes long and may be interrupted. */
export const print = (text: string): void => {
  process.stdout.write(`${text}\n\n`);
};
