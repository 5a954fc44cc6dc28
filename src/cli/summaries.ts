import { parseArgs } from 'node:util';
import { validateSync } from 'class-validator';
import { DomainError } from '../common/domain-error.js';
import { faultsOf } from '../common/invalid-input.js';
import { OperatorError } from '../common/operator-error.js';
import type { Settings } from '../config/settings.js';
import { RegenerateSummariesArgs } from '../summary-batches/dto/regenerate-summaries.args.js';
import type { SummaryBatch } from '../summary-batches/summary-batch.js';
import { SummaryBatchesService } from '../summary-batches/summary-batches.service.js';
import { SummaryWorkers } from '../summary-batches/summary-workers.js';
import { numberOf, printUnnamed, runCommandLine } from './command-line.js';
import { wholeNumber } from './progress-display.js';
import { reportFailure } from './report-failure.js';
import { runCommand } from './run-command.js';
import { dollars, SummariesPrinter } from './summaries-progress.js';
import { withFeatures } from './with-features.js';

const USAGE = `Usage: pnpm summaries [--all] [--limit N] [--max-cost USD]

Has summaries written as the mutation regenerateSummaries does: for leads that have none, or one that is stale, the
highest scores first. Each is saved as soon as it is written. Servers with workers on the same database share the work.

  --all            all leads, also where the same facts are paid for again
  --limit N        at most so many leads
  --max-cost USD   no summary is begun that would go beyond it, if it is no dearer than the dearest before

Ctrl-C has no further summary begun, and waits for those that are being written; a second one does not wait.

Exit code: 0 every lead got its summary, or there was none to write
           1 some leads failed, or the work was stopped: by Ctrl-C, by the limit, or because every summary would fail
           2 nothing was begun: wrong usage, settings or a database that cannot be used, or summaries are switched off
`;

const ALL_WRITTEN = 0;
const SOME_MISSING = 1;
const NOTHING_BEGUN = 2;

/** Also where the settings leave the work to other processes: whoever starts this wants it done. */
const LEAST_WORKERS = 1;

/** Null: help is asked for. */
function parseRequest(args: string[]): RegenerateSummariesArgs | null {
  const { values } = parseArgs({
    args,
    options: {
      all: { type: 'boolean' },
      limit: { type: 'string' },
      'max-cost': { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return null;
  const request = Object.assign(new RegenerateSummariesArgs(), {
    onlyStale: values.all !== true,
    limit: numberOf(values.limit),
    maxCostUsd: numberOf(values['max-cost']),
  });
  const isWhole = request.limit === null || Number.isSafeInteger(request.limit);
  const faults = [
    ...(isWhole ? [] : ['limit must be a whole number']),
    ...faultsOf(validateSync(request)),
  ].map((fault) => fault.replace('limit', '--limit').replace('maxCostUsd', '--max-cost'));
  if (faults[0] !== undefined) throw new OperatorError(`${faults[0]}.`);
  return request;
}

/** Has the batch cancelled where SIGINT or SIGTERM comes. */
function cancelOnSignals(batches: SummaryBatchesService, id: number): void {
  let isCancelled = false;
  const interrupt = () => {
    if (isCancelled) process.exit(SOME_MISSING);
    isCancelled = true;
    // It may have come to its end meanwhile.
    batches.cancel(id).catch(() => undefined);
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
}

async function writeSummaries(
  batches: SummaryBatchesService,
  workers: SummaryWorkers,
  { onlyStale, limit = null, maxCostUsd = null }: RegenerateSummariesArgs,
  workerCount: number,
): Promise<number> {
  const { id } = await batches.start({ startedBy: 'command', onlyStale, limit, maxCostUsd });
  cancelOnSignals(batches, id);
  const printer = new SummariesPrinter();
  await workers.start(workerCount);
  for await (const batch of await batches.watch(id)) printer.onProgress(batch);
  // What was being written when the batch was stopped is written to its end.
  await workers.stop();
  printer.finish();
  const batch = await batches.getById(id);
  await printBatch(batches, batch);
  return batch.status === 'succeeded' && batch.failedCount === 0 ? ALL_WRITTEN : SOME_MISSING;
}

async function printBatch(batches: SummaryBatchesService, batch: SummaryBatch): Promise<void> {
  const { id, writtenCount, unchangedCount, failedCount, skippedCount, costUsd, error } = batch;
  const failures = await batches.findFailures(batch);
  for (const { leadId, code, reason } of failures) console.error(`lead ${leadId}: ${code}: ${reason}`);
  printUnnamed(failedCount - failures.length);
  if (error !== null) console.error(error);
  const written = `${wholeNumber.format(writtenCount)} ${writtenCount === 1 ? 'summary' : 'summaries'} written`;
  const rest = [
    [unchangedCount, 'unchanged'],
    [failedCount, 'failed'],
    [skippedCount, 'skipped'],
  ].map(([count, what]) => `${wholeNumber.format(Number(count))} ${what}`);
  console.log(`Batch ${id}: ${[written, ...rest].join(', ')}, for ${dollars(costUsd)}.`);
}

async function run(request: RegenerateSummariesArgs): Promise<void> {
  const write = (settings: Settings) => async (batches: SummaryBatchesService, workers: SummaryWorkers) => {
    try {
      const count = Math.max(LEAST_WORKERS, settings.summaries.workerCount);
      return await writeSummaries(batches, workers, request, count);
    } catch (error) {
      reportFailure(
        error instanceof DomainError ? new OperatorError(error.message, { cause: error }) : error,
      );
      return NOTHING_BEGUN;
    }
  };
  // Unless it gets further, the settings or the database were at fault before anything was begun.
  let exitCode = NOTHING_BEGUN;
  await runCommand(
    (database, settings) =>
      withFeatures(database, settings, async (features) => {
        const find = { strict: false };
        exitCode = await write(settings)(
          features.get(SummaryBatchesService, find),
          features.get(SummaryWorkers, find),
        );
        return exitCode;
      }),
    'server',
  );
  process.exitCode = exitCode;
}

await runCommandLine({ usage: USAGE, parse: parseRequest, run, failureCode: NOTHING_BEGUN });
