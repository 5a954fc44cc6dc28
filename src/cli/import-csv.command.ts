import { CsvImportService } from '../data-import/csv-import.service.js';
import { DataImportModule } from '../data-import/data-import.module.js';
import type { CsvPaths } from '../data-import/import-files.js';
import { ImportInterruptedError, type ImportResult, type LineCounts } from '../data-import/import-report.js';
import { ImportPrinter } from './import-progress.js';
import { reportFailure } from './printing.js';
import { runCommand } from './run-command.js';
import { withFeature } from './with-feature.js';

const EVERYTHING_IMPORTED = 0;
const SOMETHING_REJECTED = 1;
const NOTHING_IMPORTED = 2;

/** The exit codes that shells report for a process that was ended by a signal. */
const INTERRUPTED = { SIGINT: 130, SIGTERM: 143 } as const;

/** @returns the exit code */
async function importCsv(service: CsvImportService, paths: CsvPaths): Promise<number> {
  const startedAt = performance.now();
  const interruption = new AbortController();
  let exitCode = NOTHING_IMPORTED;
  const interrupt = (signal: NodeJS.Signals) => {
    exitCode = INTERRUPTED[signal === 'SIGINT' ? 'SIGINT' : 'SIGTERM'];
    // A second signal exits immediately; the database rolls back by itself.
    if (interruption.signal.aborted) process.exit(exitCode);
    interruption.abort();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  const printer = new ImportPrinter();
  try {
    const result = await service.import(paths, printer, interruption.signal);
    printer.finish();
    printResult(result, (performance.now() - startedAt) / 1000);
    return isComplete(result) ? EVERYTHING_IMPORTED : SOMETHING_REJECTED;
  } catch (error) {
    printer.finish();
    if (error instanceof ImportInterruptedError) {
      console.error('Interrupted: the import was rolled back, and nothing was imported.');
      return exitCode;
    }
    reportFailure(error);
    return NOTHING_IMPORTED;
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

function printResult(result: ImportResult, seconds: number): void {
  for (const { leadId, reason } of result.failedScores) {
    console.error(`score of lead ${leadId}: ${reason}`);
  }
  const unnamed = result.failedScoreCount - result.failedScores.length;
  if (unnamed > 0) console.error(`scores: ${unnamed} more could not be saved and are not shown`);
  const { leads, interactions } = result;
  console.log(
    `Leads: ${leads.inserted} inserted, ${leads.updated} updated, ${leads.unchanged} unchanged, ${leads.rejected} rejected.`,
  );
  console.log(`Interactions: ${interactions.inserted} inserted, ${interactions.rejected} rejected.`);
  const failed = result.failedScoreCount > 0 ? `, ${result.failedScoreCount} failed` : '';
  console.log(`Scores: ${result.scoreCount} calculated${failed}.`);
  console.log(`Took ${seconds.toFixed(1)} s.`);
}

function isComplete({ leads, interactions, failedScoreCount }: ImportResult): boolean {
  const rejected = (counts: LineCounts) => counts.rejected > 0;
  return !rejected(leads) && !rejected(interactions) && failedScoreCount === 0;
}

export async function runImport(paths: CsvPaths): Promise<void> {
  let hasEnded = false;
  await runCommand((database, settings) =>
    withFeature(database, settings, DataImportModule, async (features) => {
      const exitCode = await importCsv(features.get(CsvImportService, { strict: false }), paths);
      hasEnded = true;
      return exitCode;
    }),
  );
  // The settings or the database failed before the import could begin.
  if (!hasEnded) process.exitCode = NOTHING_IMPORTED;
}
