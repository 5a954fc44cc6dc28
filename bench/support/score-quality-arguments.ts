import { parseArgs } from 'node:util';
import { readOrExplain, serverUrl, wholeNumber } from './arguments.js';

export const USAGE = `Usage: pnpm bench:score-quality [--leads N] [--interactions N] [--rounds N] [--url postgres://…]

Measures how long the backtest of the scoring rules takes for a year of weekly landmarks, how much memory it needs, and
how long it delays other events of its process. Then it measures previews of new rules.

  --leads N         the number of leads; default 200000
  --interactions N  interactions per lead, on average; default 20
  --rounds N        measured rounds; default 3
  --url URL         a PostgreSQL server on which a database is created and finally dropped. Its user needs the
                    privilege for that. The default is an embedded server in a temporary directory

Tables in Markdown go to standard output, progress goes to standard error.

Exit code: 0 success, 1 failure, 2 invalid arguments, 129, 130, 143 interrupted
`;

export interface ScoreQualityArguments {
  readonly leads: number;
  readonly interactions: number;
  readonly rounds: number;
  /** Null: an embedded server. */
  readonly url: string | null;
}

/** Null: help was requested. @throws OperatorError if the usage is wrong */
export const readArguments = (args: string[]): ScoreQualityArguments | null =>
  readOrExplain(USAGE, () => parse(args));

function parse(args: string[]): ScoreQualityArguments | null {
  const { values } = parseArgs({
    args,
    options: {
      leads: { type: 'string', default: '200000' },
      interactions: { type: 'string', default: '20' },
      rounds: { type: 'string', default: '3' },
      url: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return null;
  return {
    leads: wholeNumber('--leads', values.leads, 10_000_000),
    interactions: wholeNumber('--interactions', values.interactions, 10_000),
    rounds: wholeNumber('--rounds', values.rounds, 100),
    url: values.url === undefined ? null : serverUrl(values.url),
  };
}
