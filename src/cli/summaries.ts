import { parseArgs } from 'node:util';
import { OperatorError } from '../common/operator-error.js';
import { faultsOfArguments, numberOf, runCommandLine } from './command-line.js';
import type { SummariesRequest } from './summaries.command.js';

const USAGE = `Usage: pnpm summaries [--all] [--include-closed] [--limit N] [--max-cost-usd USD]

Has summaries written as the mutation regenerateSummaries does: for open leads that have none, or one that is
stale, the highest scores first. Each is saved as soon as it is written. Servers with workers on the same database share the work.

  --all                all open leads, also where the same facts are paid for again
  --include-closed     leads that are won or lost as well
  --limit N            at most so many leads
  --max-cost-usd USD   no summary is begun that would go beyond it, if it costs no more than the most expensive one before

Ctrl-C has no further summary begun, and waits for those that are being written; a second one does not wait.

Exit code: 0 every lead got its summary, or there was none to write
           1 some leads failed, or the work was stopped: by Ctrl-C, by the limit, or because every summary would fail
           2 nothing was begun: wrong usage, settings or a database that cannot be used, or summaries are switched off
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
  const [fault] = [
    ...(isWhole ? [] : ['limit must be a whole number']),
    ...(await faultsOfArguments(Object.assign(new RegenerateSummariesArgs(), request))),
  ];
  if (fault !== undefined) {
    throw new OperatorError(`${fault.replace('limit', '--limit').replace('maxCostUsd', '--max-cost-usd')}.`);
  }
  return request;
}

await runCommandLine({
  usage: USAGE,
  parse: parseRequest,
  load: async () => (await import('./summaries.command.js')).runSummaries,
  failureCode: NOTHING_BEGUN,
});
