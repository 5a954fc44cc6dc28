import { parseArgs } from 'node:util';
import { validateSync } from 'class-validator';
import { DomainError } from '../common/domain-error.js';
import { faultsOf } from '../common/invalid-input.js';
import { OperatorError } from '../common/operator-error.js';
import { RecalculateScoresArgs } from '../rescoring/dto/recalculate-scores.args.js';
import { RescoreAbortedError } from '../rescoring/rescore-execution.js';
import type { RescoreRun } from '../rescoring/rescore-run.js';
import { RescoringService } from '../rescoring/rescoring.service.js';
import { numberOf, printUnnamed, runCommandLine } from './command-line.js';
import { wholeNumber } from './progress-display.js';
import { reportFailure } from './report-failure.js';
import { RescorePrinter } from './rescore-progress.js';
import { runCommand } from './run-command.js';
import { withFeatures } from './with-features.js';

const USAGE = `Usage: pnpm rescore [--stale [--max-age HOURS]]

Recalculates the score of every lead as the mutation recalculateAllScores does: all of them at one instant, in one
transaction. A lead that the database refuses is named and left as it was; the others are saved. Leads that are
removed meanwhile, or whose score is fresher, are skipped. One recalculation or import runs at a time.

  --stale           only the scores that are stale: never calculated, older than the newest change of what they rest
                    on, older than --max-age, or made with other parameters
  --max-age HOURS   the age from which a score counts as stale; that of SCORE_MAX_AGE_HOURS unless it is given

Ctrl-C rolls everything back; a second one does not wait until that is done.

Exit code: 0 every score was saved, or there was none to save
           1 some leads were refused, the rest was saved
           2 nothing was saved: wrong usage, settings or a database that cannot be used, another recalculation or an
             import under way, every lead refused, a failure, or an interruption
`;

const ALL_SAVED = 0;
const SOME_FAILED = 1;
const NOTHING_SAVED = 2;

/** Null: help is asked for. */
function parseRequest(args: string[]): RecalculateScoresArgs | null {
  const { values } = parseArgs({
    args,
    options: {
      stale: { type: 'boolean' },
      'max-age': { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return null;
  const maxAge = values['max-age'];
  const request = Object.assign(new RecalculateScoresArgs(), {
    onlyStale: values.stale === true,
    maxAgeHours: numberOf(maxAge),
  });
  if (maxAge !== undefined && !request.onlyStale) throw new OperatorError('--max-age goes with --stale.');
  const [fault] = faultsOf(validateSync(request));
  if (fault !== undefined) throw new OperatorError(`${fault.replace('maxAgeHours', '--max-age')}.`);
  return request;
}

/** @returns what SIGINT and SIGTERM abort */
function interruption(): AbortSignal {
  const controller = new AbortController();
  const interrupt = () => {
    // A second time, there is no waiting: the database rolls back by itself.
    if (controller.signal.aborted) process.exit(NOTHING_SAVED);
    controller.abort(new RescoreAbortedError('It was interrupted at the terminal.'));
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  return controller.signal;
}

/** @returns the exit code */
async function rescore(
  service: RescoringService,
  request: RecalculateScoresArgs,
  signal: AbortSignal,
): Promise<number> {
  const printer = new RescorePrinter();
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

/** A command has no log for what lies behind a failure. */
function explain(error: DomainError): string {
  const cause = rootOf(error).message;
  const isUntold = error.code === 'RECALCULATION_FAILED' && !error.message.includes(cause);
  return isUntold ? `${error.message}\nCause: ${cause}` : error.message;
}

function rootOf(error: Error): Error {
  return error.cause instanceof Error ? rootOf(error.cause) : error;
}

function printRun({
  id,
  asOf,
  doneCount,
  skippedCount,
  failedCount,
  failures,
  durationMs,
}: RescoreRun): void {
  for (const { leadId, reason } of failures) console.error(`lead ${leadId}: ${reason}`);
  printUnnamed(failedCount - failures.length);
  const saved = `${wholeNumber.format(doneCount)} ${doneCount === 1 ? 'score' : 'scores'} saved`;
  const rest = `${wholeNumber.format(failedCount)} failed, ${wholeNumber.format(skippedCount)} skipped`;
  const seconds = ((durationMs ?? 0) / 1000).toFixed(1);
  console.log(`Recalculation ${id}: ${saved} as of ${asOf.toISOString()}, ${rest}, in ${seconds} s.`);
}

function exitCodeOf({ doneCount, failedCount }: RescoreRun): number {
  if (failedCount === 0) return ALL_SAVED;
  return doneCount > 0 ? SOME_FAILED : NOTHING_SAVED;
}

async function run(request: RecalculateScoresArgs): Promise<void> {
  const signal = interruption();
  // Unless it gets further, the settings or the database were at fault before anything could be saved.
  let exitCode = NOTHING_SAVED;
  await runCommand((database, settings) =>
    withFeatures(database, settings, async (features) => {
      exitCode = await rescore(features.get(RescoringService, { strict: false }), request, signal);
      return exitCode;
    }),
  );
  process.exitCode = exitCode;
}

await runCommandLine({ usage: USAGE, parse: parseRequest, run, failureCode: NOTHING_SAVED });
