import { parseArgs } from 'node:util';
import { readOrExplain, serverUrl, wholeNumber } from './arguments.js';

export const USAGE = `Usage: pnpm bench:load [--leads N] [--interactions N] [--rates N,N,…] [--seconds N] [--reads N] [--rounds N] [--url postgres://…]

Measures the server under a load like a working day: 80 in 100 requests are lists and details, 15 new interactions,
4 updates, 1 a recalculation of all scores. They come at a rate, whether or not the server keeps up, and the time that
an answer takes counts from the moment when it was to be asked for. First, how long reads take alone, beside recalculations
that follow each other, and beside sessions of PostgreSQL that only take processor time. Also what the server uses in
memory and handles, at each rate and then at the first one again. With nothing given it takes about twelve minutes.

  --leads N         100000 unless it is given
  --interactions N  for each lead, on average; 20 unless it is given
  --rates N,N,…     requests a second, one for each step; 25,50,100,200 unless they are given
  --seconds N       of a step; 40 unless it is given
  --reads N         reads a second beside recalculations; 50 unless it is given
  --rounds N        of reads; 3 unless it is given
  --url URL         a PostgreSQL on which a database is made, and dropped at the end, by a user who may do that and
                    CHECKPOINT; an embedded server in a temporary directory unless it is given

Tables in Markdown go to the standard output, progress goes to the standard error.

Exit code: 0 measured, 1 a failure, 2 wrong usage, 129, 130, 143 interrupted
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
