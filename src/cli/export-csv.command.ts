import type { CrlfLines } from '../exports/crlf-lines.js';
import type { ExportRequest } from '../exports/export-options.js';
import { ExportService } from '../exports/export.service.js';
import { ExportsModule } from '../exports/exports.module.js';
import { OutputFile } from '../exports/output-file.js';
import { reportFailure, wholeNumber } from './printing.js';
import { runCommand } from './run-command.js';
import { withFeature } from './with-feature.js';

const EVERYTHING_EXPORTED = 0;
const NOTHING_EXPORTED = 2;

/** The exit codes that shells report for a process that was ended by a signal. */
const INTERRUPTED = { SIGINT: 130, SIGTERM: 143 } as const;

/** @returns the exit code */
async function exportCsv(service: ExportService, request: ExportRequest): Promise<number> {
  const startedAt = performance.now();
  const interruption = new AbortController();
  let exitCode = NOTHING_EXPORTED;
  const interrupt = (signal: NodeJS.Signals) => {
    exitCode = INTERRUPTED[signal === 'SIGINT' ? 'SIGINT' : 'SIGTERM'];
    // A second signal exits immediately.
    if (interruption.signal.aborted) process.exit(exitCode);
    interruption.abort();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    const counts = await writeFiles(service, request, interruption.signal);
    // Standard output may contain a file.
    for (const count of counts) console.error(count);
    console.error(`Took ${((performance.now() - startedAt) / 1000).toFixed(1)} s.`);
    return EVERYTHING_EXPORTED;
  } catch (error) {
    if (interruption.signal.aborted) {
      console.error('Interrupted: nothing was exported.');
      return exitCode;
    }
    reportFailure(error);
    return NOTHING_EXPORTED;
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

/** @returns a line for each file */
async function writeFiles(
  service: ExportService,
  { paths, filter, hasScores }: ExportRequest,
  signal: AbortSignal,
): Promise<string[]> {
  const files: OutputFile[] = [];
  const counts: string[] = [];
  const session = await service.open();
  try {
    for (const [kind, path] of paths) {
      const file = await OutputFile.open(path);
      files.push(file);
      const lines = session.read(kind, { ...filter, hasScores });
      await file.write(lines, signal);
      counts.push(countOf(kind, lines));
    }
    await session.close();
    for (const file of files) await file.complete();
    return counts;
  } catch (error) {
    session.abort();
    for (const file of files) await file.discard();
    throw error;
  }
}

const countOf = (name: string, { lineCount, byteCount }: CrlfLines): string =>
  `${name}: ${wholeNumber.format(lineCount - 1)} lines and a header, ${wholeNumber.format(byteCount)} bytes.`;

export async function runExport(request: ExportRequest): Promise<void> {
  let hasEnded = false;
  await runCommand((database, settings) =>
    withFeature(database, settings, ExportsModule, async (features) => {
      const exitCode = await exportCsv(features.get(ExportService, { strict: false }), request);
      hasEnded = true;
      return exitCode;
    }),
  );
  // The settings or the database failed before the export could begin.
  if (!hasEnded && process.exitCode === 1) process.exitCode = NOTHING_EXPORTED;
}
