import { parseArgs } from 'node:util';
import { readOrExplain, serverUrl, wholeNumber } from './arguments.js';

export const USAGE = `Usage: pnpm bench:api [--leads N] [--interactions N] [--rounds N] [--seconds N] [--url postgres://…]
                     [--ladder N,N,…]

Measures how many times a second servers answer "the 50 leads with the highest score, each with its last 5
interactions" over HTTP, with 16 connections: this one, a bare Apollo Server with SQL by hand and a data loader, GraphQL
Yoga and Mercurius with the same, and PostGraphile. One process a server, one PostgreSQL, medians of several rounds in
which each server has its turn. Then how long this server takes for pages of lists, by where they stand and by how
many leads there are.

  --leads N         10000 unless it is given
  --interactions N  for each lead, on average; 20 unless it is given
  --rounds N        measured rounds, after one that does not count; 5 by default. A round asks for each page 20 times
  --seconds N       of a turn; 5 unless it is given
  --ladder N,N,…    the numbers of leads for which pages are measured; 10000,100000,1000000 unless it is given
  --url URL         a PostgreSQL on which a database is made, and dropped at the end, by a user who may do that and
                    CHECKPOINT; an embedded server in a temporary directory unless it is given

Tables in Markdown go to the standard output, progress goes to the standard error.

Exit code: 0 measured, 1 a failure, 2 wrong usage, 129, 130, 143 interrupted
`;

const MAX_LEADS = 10_000_000;

export interface ApiArguments {
  readonly leads: number;
  readonly interactions: number;
  readonly rounds: number;
  /** Seconds per turn. */
  readonly seconds: number;
  /** Numbers of leads. */
  readonly ladder: readonly number[];
  /** Null: an embedded server. */
  readonly url: string | null;
}

/** Null: help was requested. @throws OperatorError if the usage is wrong */
export const readArguments = (args: string[]): ApiArguments | null => readOrExplain(USAGE, () => parse(args));

function parse(args: string[]): ApiArguments | null {
  const { values } = parseArgs({
    args,
    options: {
      leads: { type: 'string', default: '10000' },
      interactions: { type: 'string', default: '20' },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '5' },
      ladder: { type: 'string', default: '10000,100000,1000000' },
      url: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return null;
  return {
    leads: wholeNumber('--leads', values.leads, MAX_LEADS),
    interactions: wholeNumber('--interactions', values.interactions, 10_000),
    rounds: wholeNumber('--rounds', values.rounds, 100),
    seconds: wholeNumber('--seconds', values.seconds, 600),
    ladder: values.ladder.split(',').map((size) => wholeNumber('--ladder', size, MAX_LEADS)),
    url: values.url === undefined ? null : serverUrl(values.url),
  };
}
