import { parseArgs } from 'node:util';
import { readOrExplain, serverUrl, wholeNumber } from './arguments.js';

export const USAGE = `Usage: pnpm bench:rescore [--leads N] [--interactions N] [--rounds N] [--url postgres://…] [--one-size]
                          [--indexes]

Compares recalculateAllScores with other ways to write every score: one plain SQL statement, the ORM lead by lead (a
sample), and an UPDATE that only touches every row. It also measures how long another writer waits in the meantime, how
many interactions are created per second, and how long the refresher takes. Results are medians of several rounds in
which each way has its turn, on N leads, on a tenth of them, and with five times the interactions.

  --leads N         the number of leads; default 200000
  --interactions N  interactions per lead, on average; default 20
  --rounds N        measured rounds, after one warm-up round; default 5
  --url URL         a PostgreSQL server on which a database is created and finally dropped. Its user needs the
                    privileges for that and for CHECKPOINT. The default is an embedded server in a temporary directory
  --one-size        only N leads with N interactions
  --indexes         also measure the benefit of indexes and of free space in the pages of leads

Tables in Markdown go to standard output, progress goes to standard error.

Exit code: 0 success, 1 failure, 2 invalid arguments, 129, 130, 143 interrupted
`;

export interface RescoreArguments {
  readonly leads: number;
  readonly interactions: number;
  readonly rounds: number;
  /** Null: an embedded server. */
  readonly url: string | null;
  /** Whether to skip the runs with fewer leads and more interactions, which show the growth of the time. */
  readonly isOneSize: boolean;
  readonly withIndexes: boolean;
}

/** Null: help was requested. @throws OperatorError if the usage is wrong */
export const readArguments = (args: string[]): RescoreArguments | null =>
  readOrExplain(USAGE, () => parse(args));

function parse(args: string[]): RescoreArguments | null {
  const { values } = parseArgs({
    args,
    options: {
      leads: { type: 'string', default: '200000' },
      interactions: { type: 'string', default: '20' },
      rounds: { type: 'string', default: '5' },
      url: { type: 'string' },
      'one-size': { type: 'boolean', default: false },
      indexes: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return null;
  return {
    leads: wholeNumber('--leads', values.leads, 10_000_000),
    interactions: wholeNumber('--interactions', values.interactions, 10_000),
    rounds: wholeNumber('--rounds', values.rounds, 100),
    url: values.url === undefined ? null : serverUrl(values.url),
    isOneSize: values['one-size'],
    withIndexes: values.indexes,
  };
}
