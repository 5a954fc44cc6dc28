import { parseArgs } from 'node:util';
import { readOrExplain, serverUrl, wholeNumber } from './arguments.js';

export const USAGE = `Usage: pnpm bench:import [--leads N,N,…] [--rounds N] [--url postgres://…]

Measures the import of CSV files, of N leads with two interactions each, into a new database, whose tables PostgreSQL has
no statistics of. Then the same import of other leads into the same tables, which hold the first ones and are analysed. The
time of a lead is to be much the same at every size, and in both.

  --leads N,N,…  sizes, one after the other; 6000,60000,200000 unless they are given
  --rounds N     each on a database of its own; 1 unless it is given
  --url URL      a PostgreSQL on which databases are made, and dropped at the end, by a user who may do that; an embedded
                 server for each database, in a temporary directory, unless it is given

A table in Markdown goes to the standard output, progress goes to the standard error.

Exit code: 0 measured, 1 a failure, 2 wrong usage, 129, 130, 143 interrupted
`;

export interface ImportArguments {
  readonly sizes: readonly number[];
  readonly rounds: number;
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
      leads: { type: 'string', default: '6000,60000,200000' },
      rounds: { type: 'string', default: '1' },
      url: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return null;
  return {
    sizes: values.leads.split(',').map((size) => wholeNumber('--leads', size, 10_000_000)),
    rounds: wholeNumber('--rounds', values.rounds, 100),
    url: values.url === undefined ? null : serverUrl(values.url),
  };
}
