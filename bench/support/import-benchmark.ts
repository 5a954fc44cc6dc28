import 'reflect-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type BenchDatabase, makeBenchDatabase } from './bench-database.js';
import { median, print, say } from './benchmark.js';
import type { CleanUp } from './clean-up.js';
import { writeFiles } from './import-files.js';
import type { ImportArguments } from './import-arguments.js';
import { machine } from './heading.js';
import { ratio, seconds, table, whole } from './table.js';
import { timeImport } from './timed-import.js';

/** The milliseconds of one round. */
interface Times {
  readonly first: number;
  readonly analysed: number;
}

export async function benchImport({ sizes, rounds, url }: ImportArguments, cleanUp: CleanUp): Promise<void> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'lead-scoring-bench-'));
  cleanUp.add(() => rm(directory, { recursive: true, force: true }));
  const rows: string[][] = [];
  for (const leads of sizes) {
    const times: Times[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      const database = await makeBenchDatabase('import', url, cleanUp);
      if (rows.length === 0 && round === 1)
        print(`${await machine(database)} ${rounds === 1 ? 'One round' : `Medians of ${rounds} rounds`}.`);
      say(`Importing ${whole(leads)} leads, round ${round}`);
      times.push(await measure(database, directory, leads));
    }
    rows.push(rowOf(leads, times));
  }
  print(
    table(
      ['leads', 'first import (s)', 'ms a lead', 'on analysed tables (s)', 'ms a lead', 'first / analysed'],
      rows,
    ),
  );
}

async function measure({ client, url }: BenchDatabase, directory: string, leads: number): Promise<Times> {
  const first = await timeImport(url, await writeFiles(directory, leads, 'first'));
  // The import has updated the statistics, unless the role of --url lacks the permission.
  await client.query('VACUUM (ANALYZE)');
  const analysed = await timeImport(url, await writeFiles(directory, leads, 'second'));
  return { first, analysed };
}

function rowOf(leads: number, times: readonly Times[]): string[] {
  const first = median(times.map((round) => round.first));
  const analysed = median(times.map((round) => round.analysed));
  return [
    whole(leads),
    seconds(first),
    ratio(first / leads),
    seconds(analysed),
    ratio(analysed / leads),
    ratio(first / analysed),
  ];
}
