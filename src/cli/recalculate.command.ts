import { DomainError } from '../common/domain-error.js';
import { OperatorError } from '../common/operator-error.js';
import { RecalculationAbortedError } from '../recalculation/recalculation-execution.js';
import type { Recalculation } from '../recalculation/recalculation.js';
import { RecalculationModule } from '../recalculation/recalculation.module.js';
import { RecalculationService } from '../recalculation/recalculation.service.js';
import { printUnnamed, wholeNumber, reportFailure } from './printing.js';
import { RecalculationPrinter } from './recalculation-progress.js';
import { runCommand } from './run-command.js';
import { withFeature } from './with-feature.js';

const ALL_SAVED = 0;
const SOME_FAILED = 1;
const NOTHING_SAVED = 2;

export interface RecalculationRequest {
  readonly onlyStale: boolean;
  /** With `onlyStale`: also recalculates scores older than this. Null: none. */
  readonly maxAgeHours: number | null;
  /** Whether to compare every lead with its interactions, and repair differences. */
  readonly verify: boolean;
}

/** @returns a signal that SIGINT and SIGTERM abort */
function interruption(): AbortSignal {
  const controller = new AbortController();
  const interrupt = () => {
    // A second signal exits immediately; the database rolls back by itself.
    if (controller.signal.aborted) process.exit(NOTHING_SAVED);
    controller.abort(new RecalculationAbortedError('It was interrupted at the terminal.'));
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  return controller.signal;
}

/** @returns the exit code */
async function recalculate(
  service: RecalculationService,
  request: RecalculationRequest,
  signal: AbortSignal,
): Promise<number> {
  const printer = new RecalculationPrinter();
  try {
    const run = await service.recalculateOnDemand('command', request, {
      signal,
      onProgress: (progress) => {
        printer.onProgress(progress);
      },
    });
    printer.finish();
    printRun(run);
    return exitCodeOf(run);
  } catch (error) {
    printer.finish();
    reportFailure(error instanceof DomainError ? new OperatorError(explain(error), { cause: error }) : error);
    return NOTHING_SAVED;
  }
}

/** Adds the cause to the message, because a command writes no log. */
function explain(error: DomainError): string {
  const cause = rootOf(error).message;
  const lacksCause = error.code === 'RECALCULATION_FAILED' && !error.message.includes(cause);
  return lacksCause ? `${error.message}\nCause: ${cause}` : error.message;
}

function rootOf(error: Error): Error {
  return error.cause instanceof Error ? rootOf(error.cause) : error;
}

function printRun({
  id,
  asOf,
  savedCount,
  skippedCount,
  failedCount,
  failures,
  isVerification,
  differenceCount,
  differences,
  durationMs,
}: Recalculation): void {
  if (isVerification) printDifferences(differenceCount, differences);
  for (const { leadId, reason } of failures) console.error(`lead ${leadId}: ${reason}`);
  printUnnamed(failedCount - failures.length);
  const saved = `${wholeNumber.format(savedCount)} ${savedCount === 1 ? 'score' : 'scores'} saved`;
  const rest = `${wholeNumber.format(failedCount)} failed, ${wholeNumber.format(skippedCount)} skipped`;
  const seconds = ((durationMs ?? 0) / 1000).toFixed(1);
  console.log(`Recalculation ${id}: ${saved} as of ${asOf.toISOString()}, ${rest}, in ${seconds} s.`);
}

function printDifferences(count: number, differences: Recalculation['differences']): void {
  for (const { leadId, reason } of differences) console.log(`lead ${leadId}: ${reason} It was repaired.`);
  printUnnamed(count - differences.length);
  console.log(
    `${wholeNumber.format(count)} ${count === 1 ? 'lead' : 'leads'} differed from the interactions.`,
  );
}

function exitCodeOf({ savedCount, failedCount }: Recalculation): number {
  if (failedCount === 0) return ALL_SAVED;
  return savedCount > 0 ? SOME_FAILED : NOTHING_SAVED;
}

export async function runRecalculate(request: RecalculationRequest): Promise<void> {
  const signal = interruption();
  // The exit code if the settings or the database fail before anything is saved.
  let exitCode = NOTHING_SAVED;
  await runCommand((database, settings) =>
    withFeature(database, settings, RecalculationModule, async (features) => {
      exitCode = await recalculate(features.get(RecalculationService, { strict: false }), request, signal);
      return exitCode;
    }),
  );
  process.exitCode = exitCode;
}
