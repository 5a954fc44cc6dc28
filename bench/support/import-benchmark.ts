import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { makeBenchDatabase } from './bench-database.js';
import { median, print, say } from './benchmark.js';
import type { CleanUp } from './clean-up.js';
import { machine } from './heading.js';
import {
  type ImportArguments,
  IMPORT_PROGRAM,
  IMPORTS_PROGRAM,
  MIGRATE_PROGRAM,
} from './import-arguments.js';
import { type BenchFiles, writeFiles } from './import-files.js';
import { copy, type Measured, measureProgram } from './import-methods.js';
import { megabytes, ratio, seconds, table, whole } from './table.js';

/** The results of one round. */
interface Round {
  readonly copyMs: number;
  readonly first: Measured;
  readonly again: Measured;
  readonly undo: Measured;
  /** The import of another version; null: not measured. */
  readonly before: Measured | null;
}

export async function benchImport(
  { sizes, interactions, rounds, before, url }: ImportArguments,
  cleanUp: CleanUp,
): Promise<void> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'lead-scoring-bench-'));
  cleanUp.add(() => rm(directory, { recursive: true, force: true }));
  const rows: string[][] = [];
  for (const leads of sizes) {
    const files = await writeFiles(directory, leads, interactions);
    const results: Round[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      say(`${whole(leads)} leads, round ${round}`);
      results.push(
        await measure(files, before, url, cleanUp, rows.length === 0 && round === 1 ? rounds : null),
      );
    }
    rows.push(rowOf(leads, leads * interactions, results));
  }
  print(table(HEAD, rows));
}

async function measure(
  files: BenchFiles,
  before: string | null,
  url: string | null,
  cleanUp: CleanUp,
  heading: number | null,
): Promise<Round> {
  const copied = await makeBenchDatabase('copy', url, cleanUp);
  if (heading !== null) {
    print(`${await machine(copied)} ${heading === 1 ? 'One round' : `Medians of ${heading} rounds`}.`);
  }
  say('COPY');
  const copyMs = await copy(copied, files);
  const paths = ['--leads', files.leads, '--interactions', files.interactions];
  const database = await makeBenchDatabase('import', url, cleanUp);
  const here = process.cwd();
  say('this import');
  const first = await measureProgram(here, IMPORT_PROGRAM, paths, database.url);
  say('the same import again');
  const again = await measureProgram(here, IMPORT_PROGRAM, paths, database.url);
  say('undo');
  const undo = await measureProgram(here, IMPORTS_PROGRAM, ['undo', '1'], database.url);
  if (before === null) return { copyMs, first, again, undo, before: null };
  const other = await makeBenchDatabase('before', url, cleanUp, async (databaseUrl) => {
    await measureProgram(before, MIGRATE_PROGRAM, ['up'], databaseUrl);
  });
  say('the import of the other version');
  return {
    copyMs,
    first,
    again,
    undo,
    before: await measureProgram(before, IMPORT_PROGRAM, paths, other.url),
  };
}

const HEAD = [
  'leads',
  'interactions',
  'COPY (s)',
  'import (s)',
  'COPY / import',
  'memory of the import (MB)',
  'again (s)',
  'undo (s)',
  'other version (s)',
  'other version / import',
];

function rowOf(leads: number, interactions: number, rounds: readonly Round[]): string[] {
  const medianOf = (value: (round: Round) => number) => median(rounds.map(value));
  const copyMs = medianOf((round) => round.copyMs);
  const importMs = medianOf((round) => round.first.milliseconds);
  const peak = medianOf((round) => round.first.peakBytes ?? NaN);
  const beforeMs = medianOf((round) => round.before?.milliseconds ?? NaN);
  const given = (value: number, format: (value: number) => string) =>
    Number.isNaN(value) ? '–' : format(value);
  return [
    whole(leads),
    whole(interactions),
    seconds(copyMs),
    seconds(importMs),
    ratio(copyMs / importMs),
    given(peak, (bytes) => megabytes(bytes).replace(' MB', '')),
    seconds(medianOf((round) => round.again.milliseconds)),
    seconds(medianOf((round) => round.undo.milliseconds)),
    given(beforeMs, seconds),
    given(beforeMs / importMs, ratio),
  ];
}
