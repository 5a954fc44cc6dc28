import { parseArgs } from 'node:util';
import { readOrExplain, serverUrl, wholeNumber } from './arguments.js';

export const USAGE = `Usage: pnpm bench:api [--leads N] [--interactions N] [--rounds N] [--seconds N] [--url postgres://…]
                     [--ladder N,N,…]

Measures how many times per second servers answer "the 50 leads with the highest score, each with its last 5
interactions" over HTTP, with 16 connections. It compares this server, a bare Apollo Server with hand-written SQL and a
data loader, GraphQL Yoga and Mercurius with the same, and PostGraphile. Each server is one process, and all use one
PostgreSQL. Results are medians of several rounds in which each server has its turn. Then it measures how long this
server takes for pages of lists, by the position of the page and by the number of leads.

  --leads N         the number of leads; default 10000
  --interactions N  interactions per lead, on average; default 20
  --rounds N        measured rounds, after one warm-up round; default 5. A round requests each page 20 times
  --seconds N       seconds per turn; default 5
  --ladder N,N,…    the numbers of leads for which pages are measured; default 10000,100000,1000000
  --url URL         a PostgreSQL server on which a database is created and finally dropped. Its user needs the
                    privileges for that and for CHECKPOINT. The default is an embedded server in a temporary directory

Tables in Markdown go to standard output, progress goes to standard error.

Exit code: 0 success, 1 failure, 2 invalid arguments, 129, 130, 143 interrupted
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
