import { parseArgs } from 'node:util';
import { readOrExplain, serverUrl, wholeNumber } from './arguments.js';

export const USAGE = `Usage: pnpm bench:import [--leads N,N,…] [--rounds N] [--url postgres://…]

Measures the import of CSV files of N leads with two interactions each into a new database whose tables have no
statistics. Then it measures the same import of other leads into the same tables, which contain the first leads and are
analysed. The time per lead should be about the same at every size and in both imports.

  --leads N,N,…  sizes, one after the other; default 6000,60000,200000
  --rounds N     rounds, each on its own database; default 1
  --url URL      a PostgreSQL server on which databases are created and finally dropped. Its user needs the privileges
                 for that. The default is an embedded server for each database, in a temporary directory

A table in Markdown goes to standard output, progress goes to standard error.

Exit code: 0 success, 1 failure, 2 invalid arguments, 129, 130, 143 interrupted
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
