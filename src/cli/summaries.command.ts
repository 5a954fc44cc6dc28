import { DomainError } from '../common/domain-error.js';
import { OperatorError } from '../common/operator-error.js';
import type { Settings } from '../config/settings.js';
import type { SummaryBatch } from '../summary-batches/summary-batch.js';
import { SummaryBatchesModule } from '../summary-batches/summary-batches.module.js';
import { SummaryBatchesService } from '../summary-batches/summary-batches.service.js';
import { SummaryWorkers } from '../summary-batches/summary-workers.js';
import { printUnnamed, wholeNumber, reportFailure } from './printing.js';
import { runCommand } from './run-command.js';
import { dollars, SummariesPrinter } from './summaries-progress.js';
import { withFeature } from './with-feature.js';

const ALL_WRITTEN = 0;
const SOME_MISSING = 1;
const NOTHING_BEGUN = 2;

/** The command always writes summaries itself, even if SUMMARY_WORKERS is 0. */
const LEAST_WORKERS = 1;

/** Null: no limit. */
export interface SummariesRequest {
  readonly onlyStale: boolean;
  /** Whether to include leads that are won or lost. */
  readonly includeClosed: boolean;
  readonly limit: number | null;
  readonly maxCostUsd: number | null;
}

/** Cancels the batch on SIGINT or SIGTERM. */
function cancelOnSignals(batches: SummaryBatchesService, id: number): void {
  let isCancelled = false;
  const interrupt = () => {
    if (isCancelled) process.exit(SOME_MISSING);
    isCancelled = true;
    // The batch may have ended in the meantime.
    batches.cancel(id).catch(() => undefined);
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
}

async function writeSummaries(
  batches: SummaryBatchesService,
  workers: SummaryWorkers,
  { onlyStale, includeClosed, limit, maxCostUsd }: SummariesRequest,
  workerCount: number,
): Promise<number> {
  const { id } = await batches.start({ trigger: 'command', onlyStale, includeClosed, limit, maxCostUsd });
  cancelOnSignals(batches, id);
  const printer = new SummariesPrinter();
  await workers.start(workerCount);
  for await (const batch of await batches.watch(id)) printer.onProgress(batch);
  // Summaries in progress are completed even if the batch was stopped.
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

export async function runSummaries(request: SummariesRequest): Promise<void> {
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
  // The exit code if the settings or the database fail before the batch is created.
  let exitCode = NOTHING_BEGUN;
  await runCommand(
    (database, settings) =>
      withFeature(database, settings, SummaryBatchesModule, async (features) => {
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
