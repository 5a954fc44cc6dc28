import { parseArgs } from 'node:util';
import { OperatorError } from '../common/operator-error.js';
import { violationsOfArguments, numberOf, runCommandLine } from './command-line.js';
import type { SummariesRequest } from './summaries.command.js';

const USAGE = `Usage: pnpm summaries [--all] [--include-closed] [--limit N] [--max-cost-usd USD]

Writes summaries in the same way as the mutation regenerateSummaries: for open leads without a summary or with a stale
one, the highest scores first. Each summary is saved as soon as it is written. Servers with workers on the same database
share the work.

  --all                all open leads, even if the model is paid again for the same facts
  --include-closed     also leads that are won or lost
  --limit N            the maximum number of leads
  --max-cost-usd USD   the maximum cost. No summary is started that would exceed it, assuming that it costs at most as
                       much as the most expensive one so far

After Ctrl-C no further summary is started, and the command waits for those in progress. A second Ctrl-C does not wait.

Exit code: 0 every lead got its summary, or there was none to write
           1 some leads failed, or the batch was stopped: by Ctrl-C, by the cost limit, or because every summary would fail
           2 nothing was started: invalid arguments, invalid settings or database, or summaries are switched off
`;

const NOTHING_BEGUN = 2;

/** Null: help was requested. */
async function parseRequest(args: string[]): Promise<SummariesRequest | null> {
  const { values } = parseArgs({
    args,
    options: {
      all: { type: 'boolean' },
      'include-closed': { type: 'boolean' },
      limit: { type: 'string' },
      'max-cost-usd': { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return null;
  const request = {
    onlyStale: values.all !== true,
    includeClosed: values['include-closed'] === true,
    limit: numberOf(values.limit),
    maxCostUsd: numberOf(values['max-cost-usd']),
  };
  if (request.limit === null && request.maxCostUsd === null) return request;
  const { RegenerateSummariesArgs } = await import('../summary-batches/dto/regenerate-summaries.args.js');
  const isWhole = request.limit === null || Number.isSafeInteger(request.limit);
  const [violation] = [
    ...(isWhole ? [] : ['limit must be a whole number']),
    ...(await violationsOfArguments(Object.assign(new RegenerateSummariesArgs(), request))),
  ];
  if (violation !== undefined) {
    throw new OperatorError(
      `${violation.replace('limit', '--limit').replace('maxCostUsd', '--max-cost-usd')}.`,
    );
  }
  return request;
}

await runCommandLine({
  usage: USAGE,
  parse: parseRequest,
  load: async () => (await import('./summaries.command.js')).runSummaries,
  failureCode: NOTHING_BEGUN,
});
