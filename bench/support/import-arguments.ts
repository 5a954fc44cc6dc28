import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { OperatorError } from '../../src/common/operator-error.js';
import { readOrExplain, serverUrl, wholeNumber } from './arguments.js';

export const USAGE = `Usage: pnpm bench:import [--leads N,N,…] [--interactions N] [--rounds N] [--before DIRECTORY] [--url postgres://…]

Measures the import of CSV files of N leads with some interactions each into a new database, beside COPY of the same rows into the same
tables, which have the same triggers and indexes. Then it imports the same files again, which changes nothing, and undoes the
import. Each method has a database of its own in every round.

  --leads N,N,…       sizes, one after the other; default 20000,200000
  --interactions N    interactions of each lead; default 10
  --rounds N          rounds; default 1
  --before DIRECTORY  a built checkout of another version, whose import:csv is measured as well
  --url URL           a PostgreSQL server on which databases are created and finally dropped. Its user needs the privileges
                      for that. The default is an embedded server for each database, in a temporary directory

A table in Markdown goes to standard output, progress goes to standard error.

Exit code: 0 success, 1 failure, 2 invalid arguments, 129, 130, 143 interrupted
`;

export interface ImportArguments {
  readonly sizes: readonly number[];
  readonly interactions: number;
  readonly rounds: number;
  /** A built checkout of another version; null: none. */
  readonly before: string | null;
  /** Null: an embedded server. */
  readonly url: string | null;
}

/** Null: help was requested. @throws OperatorError if the usage is wrong */
export const readArguments = (args: string[]): ImportArguments | null =>
  readOrExplain(USAGE, () => parse(args));

function parse(args: string[]): ImportArguments | null {
  const { values } = parseArgs({
    args,
    options: {
      leads: { type: 'string', default: '20000,200000' },
      interactions: { type: 'string', default: '10' },
      rounds: { type: 'string', default: '1' },
      before: { type: 'string' },
      url: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return null;
  if (values.before !== undefined && !existsSync(path.join(values.before, IMPORT_PROGRAM))) {
    throw new OperatorError(`--before must be a checkout with ${IMPORT_PROGRAM}: run \`pnpm build\` there.`);
  }
  return {
    sizes: values.leads.split(',').map((size) => wholeNumber('--leads', size, 10_000_000)),
    interactions: wholeNumber('--interactions', values.interactions, 1000),
    rounds: wholeNumber('--rounds', values.rounds, 100),
    before: values.before ?? null,
    url: values.url === undefined ? null : serverUrl(values.url),
  };
}

export const IMPORT_PROGRAM = 'dist/src/cli/import-csv.js';
export const IMPORTS_PROGRAM = 'dist/src/cli/imports.js';
export const MIGRATE_PROGRAM = 'dist/src/cli/migrate.js';
