import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { DomainError } from '../common/domain-error.js';
import { OperatorError } from '../common/operator-error.js';
import { errorCodeOf } from '../database/connection-errors.js';
import { sourceAt } from '../imports/files/csv-source.js';
import { type ImportFlags, importOptions, type MappingText } from '../imports/import-flags.js';
import type { ImportSources } from '../imports/import-options.js';
import {
  type ImportedFile,
  type ImportReport,
  isComplete,
  isNothingImported,
} from '../imports/import-report.js';
import { ImportsModule } from '../imports/imports.module.js';
import { type ImportRequest, ImportsService } from '../imports/imports.service.js';
import { interruption } from './interruption.js';
import { ImportPrinter } from './import-progress.js';
import { printImportReport } from './import-report-text.js';
import { rejectOverwriting } from './overwriting.js';
import { reportFailure } from './printing.js';
import { runCommand } from './run-command.js';
import { operatorName } from './operator.js';
import { withFeature } from './with-feature.js';

export interface ImportCommand {
  readonly paths: Readonly<Partial<Record<ImportedFile, string>>>;
  readonly flags: ImportFlags;
  readonly mapping: string | null;
  readonly saveMapping: string | null;
  readonly rejected: string | null;
  readonly isDryRun: boolean;
  readonly isJson: boolean;
}

const EVERYTHING_IMPORTED = 0;
const SOMETHING_REJECTED = 1;
const NOTHING_IMPORTED = 2;

/** @returns the exit code */
async function importCsv(service: ImportsService, command: ImportCommand): Promise<number> {
  const { signal, exitCode, stopListening } = interruption();
  const printer = new ImportPrinter();
  const startedAt = performance.now();
  try {
    const request = await requestOf(command, printer, signal);
    const { id, report } = command.isDryRun
      ? { id: null, report: await service.dryRun(request) }
      : await imported(service, request);
    printer.finish();
    if (command.isJson) console.log(JSON.stringify({ id, ...report }, null, 2));
    else printImportReport(id, report, (performance.now() - startedAt) / 1000);
    return exitCodeOf(report);
  } catch (error) {
    printer.finish();
    reportFailure(error instanceof DomainError ? new OperatorError(error.message, { cause: error }) : error);
    return exitCode() ?? NOTHING_IMPORTED;
  } finally {
    stopListening();
  }
}

async function imported(
  service: ImportsService,
  request: ImportRequest,
): Promise<{ readonly id: number; readonly report: ImportReport }> {
  const { id, report } = await service.import(request);
  if (report === null) throw new Error(`Import ${id} has no report.`);
  return { id, report };
}

async function requestOf(
  { paths, flags, mapping, saveMapping, rejected }: ImportCommand,
  printer: ImportPrinter,
  signal: AbortSignal,
): Promise<ImportRequest> {
  const sources: ImportSources = Object.fromEntries(
    Object.entries(paths).flatMap(([kind, file]) => (file === undefined ? [] : [[kind, sourceAt(file)]])),
  );
  const rejectedTo = rejected === null ? {} : rejectedPaths(sources, rejected);
  await rejectOverwriting(
    [...Object.values(paths), mapping].filter((file) => file != null),
    [
      ...Object.values(rejectedTo).map((file) => ['--rejected', file] as const),
      ...(saveMapping === null ? [] : [['--save-mapping', saveMapping] as const]),
    ],
  );
  return {
    sources,
    options: importOptions(flags, mapping === null ? null : await readMapping(mapping)),
    trigger: 'command',
    caller: operatorName(),
    onProgress: (progress) => {
      printer.onProgress(progress);
    },
    rejectedTo,
    ...(saveMapping === null ? {} : { mappingTo: saveMapping }),
    signal,
  };
}

async function readMapping(file: string): Promise<MappingText> {
  try {
    return { name: file, text: await readFile(file, 'utf8') };
  } catch (error) {
    throw new OperatorError(`${file}: it cannot be read (${errorCodeOf(error)}).`, { cause: error });
  }
}

/** Files with rejected lines have different columns, so each gets a file of its own. */
function rejectedPaths(sources: ImportSources, file: string): Partial<Record<ImportedFile, string>> {
  const kinds = Object.keys(sources) as ImportedFile[];
  if (kinds.length === 1) return Object.fromEntries(kinds.map((kind) => [kind, file]));
  const { dir, name, ext } = path.parse(file);
  return Object.fromEntries(kinds.map((kind) => [kind, path.join(dir, `${name}-${kind}${ext}`)]));
}

function exitCodeOf(report: ImportReport): number {
  if (isNothingImported(report)) return NOTHING_IMPORTED;
  return isComplete(report) ? EVERYTHING_IMPORTED : SOMETHING_REJECTED;
}

export async function runImport(command: ImportCommand): Promise<void> {
  let hasEnded = false;
  await runCommand((database, settings) =>
    withFeature(database, settings, ImportsModule, async (features) => {
      const exitCode = await importCsv(features.get(ImportsService, { strict: false }), command);
      hasEnded = true;
      return exitCode;
    }),
  );
  // The settings or the database failed before the import could begin.
  if (!hasEnded) process.exitCode = NOTHING_IMPORTED;
}
