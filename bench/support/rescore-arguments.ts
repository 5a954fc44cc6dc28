import { parseArgs } from 'node:util';
import { readOrExplain, serverUrl, wholeNumber } from './arguments.js';

export const USAGE = `Usage: pnpm bench:rescore [--leads N] [--interactions N] [--rounds N] [--url postgres://…] [--one-size]
                          [--indexes]

Measures recalculateAllScores beside other ways to write every score: one plain SQL statement, the ORM lead by lead
(a sample), and an UPDATE that only touches every row. Also how long another writer waits meanwhile, how many interactions
a second are created, and how long the refresher takes. Medians of
several rounds in which each way has its turn, on N leads, on a tenth of them, and with five times the interactions.

  --leads N         200000 unless it is given
  --interactions N  for each lead, on average; 20 unless it is given
  --rounds N        that count, after one that does not; 5 unless it is given
  --url URL         a PostgreSQL on which a database is made, and dropped at the end, by a user who may do that and
                    CHECKPOINT; an embedded server in a temporary directory unless it is given
  --one-size        only N leads with N interactions
  --indexes         also measure what indexes and the room in the pages of leads are worth

Tables in Markdown go to the standard output, progress goes to the standard error.

Exit code: 0 measured, 1 a failure, 2 wrong usage, 129, 130, 143 interrupted
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
