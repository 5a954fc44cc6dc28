import { parseArgs } from 'node:util';
import { readOrExplain, serverUrl, wholeNumber } from './arguments.js';

export const USAGE = `Usage: pnpm bench:load [--leads N] [--interactions N] [--rates N,N,…] [--seconds N] [--reads N] [--rounds N] [--url postgres://…]

Measures the server under a load like that of a working day: of 100 requests, 80 are lists and details, 15 are new
interactions, 4 are updates and 1 is a recalculation of all scores. Requests arrive at a fixed rate, even if the server
does not keep up. Latency counts from the moment at which a request was due. First it measures how long reads take alone,
beside consecutive recalculations, and beside PostgreSQL sessions that only use processor time. It also measures the
memory and the handles of the server at each rate, and then at the first rate again. By default it takes about twelve
minutes.

  --leads N         the number of leads; default 100000
  --interactions N  interactions per lead, on average; default 20
  --rates N,N,…     requests per second, one rate for each step; default 25,50,100,200
  --seconds N       seconds per step; default 40
  --reads N         reads per second beside recalculations; default 50
  --rounds N        rounds of reads; default 3
  --url URL         a PostgreSQL server on which a database is created and finally dropped. Its user needs the
                    privileges for that and for CHECKPOINT. The default is an embedded server in a temporary directory

Tables in Markdown go to standard output, progress goes to standard error.

Exit code: 0 success, 1 failure, 2 invalid arguments, 129, 130, 143 interrupted
`;

const MAX_RATE = 100_000;

export interface LoadArguments {
  readonly leads: number;
  readonly interactions: number;
  /** Requests a second. */
  readonly rates: readonly number[];
  /** Seconds per step. */
  readonly seconds: number;
  /** Reads a second during recalculations. */
  readonly readRate: number;
  /** Rounds of reads. */
  readonly rounds: number;
  /** Null: an embedded server. */
  readonly url: string | null;
}

/** Null: help was requested. @throws OperatorError if the usage is wrong */
export const readArguments = (args: string[]): LoadArguments | null =>
  readOrExplain(USAGE, () => parse(args));

function parse(args: string[]): LoadArguments | null {
  const { values } = parseArgs({
    args,
    options: {
      leads: { type: 'string', default: '100000' },
      interactions: { type: 'string', default: '20' },
      rates: { type: 'string', default: '25,50,100,200' },
      seconds: { type: 'string', default: '40' },
      reads: { type: 'string', default: '50' },
      rounds: { type: 'string', default: '3' },
      url: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return null;
  return {
    leads: wholeNumber('--leads', values.leads, 10_000_000),
    interactions: wholeNumber('--interactions', values.interactions, 10_000),
    rates: values.rates.split(',').map((rate) => wholeNumber('--rates', rate, MAX_RATE)),
    seconds: wholeNumber('--seconds', values.seconds, 3600),
    readRate: wholeNumber('--reads', values.reads, MAX_RATE),
    rounds: wholeNumber('--rounds', values.rounds, 100),
    url: values.url === undefined ? null : serverUrl(values.url),
  };
}
