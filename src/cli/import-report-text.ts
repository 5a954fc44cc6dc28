import {
  type FileReport,
  IMPORTED_FILES,
  type ImportedFile,
  type ImportReport,
  type ImportWarning,
  isNothingImported,
  type Rejection,
  violationText,
} from '../imports/import-report.js';
import { counted, printUnnamed, wholeNumber } from './printing.js';

const TITLES: Readonly<Record<ImportedFile, string>> = {
  leads: 'Leads',
  interactions: 'Interactions',
  changes: 'Changes',
};

/** Prints the report of an import. Rejected lines and warnings go to standard error, and the result to standard output. */
export function printImportReport(id: number | null, report: ImportReport, seconds: number): void {
  const files = IMPORTED_FILES.flatMap((kind) => {
    const file = report[kind];
    return file === null ? [] : [{ kind, file }];
  });
  for (const { kind, file } of files) printFile(kind, file);
  for (const { leadId, reason } of report.failedScores) console.error(`score of lead ${leadId}: ${reason}`);
  printUnnamed(report.failedScoreCount - report.failedScores.length);
  for (const { kind, file } of files) console.log(`${TITLES[kind]}: ${countsOf(file)}`);
  if (id === null) {
    console.log(`Dry run: nothing was written. Took ${seconds.toFixed(1)} s.`);
    return;
  }
  const failed = report.failedScoreCount > 0 ? `, ${wholeNumber.format(report.failedScoreCount)} failed` : '';
  console.log(`Scores: ${wholeNumber.format(report.scoreCount)} calculated${failed}.`);
  const undo = isNothingImported(report) ? 'Nothing was imported.' : `pnpm imports undo ${id} undoes it.`;
  console.log(`Import ${id} took ${seconds.toFixed(1)} s. ${undo}`);
}

function countsOf({ inserted, updated, unchanged, rejectedLines, duplicateLines }: FileReport): string {
  const counts = [
    `${wholeNumber.format(inserted)} inserted`,
    `${wholeNumber.format(updated)} updated`,
    `${wholeNumber.format(unchanged)} unchanged`,
  ];
  const lines = [
    ...(duplicateLines > 0 ? [`${wholeNumber.format(duplicateLines)} repeated`] : []),
    ...(rejectedLines > 0 ? [`${wholeNumber.format(rejectedLines)} rejected`] : []),
  ];
  return `${counts.join(', ')}${lines.length === 0 ? '' : `; lines: ${lines.join(', ')}`}.`;
}

const DELIMITERS = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'pipe' } as const;

function printFile(kind: ImportedFile, file: FileReport): void {
  const preset = file.preset === null ? '' : `, preset ${file.preset}`;
  console.error(
    `${kind}: ${file.name}: ${file.encoding}, delimiter ${DELIMITERS[file.delimiter]}, header on line ${file.headerLine}${preset}, ${counted(file.lineCount, 'line')}`,
  );
  const mapped = file.columns.filter(({ field }) => field !== null);
  console.error(`${kind}: columns: ${mapped.map(({ column, field }) => `${column} → ${field}`).join(', ')}`);
  const ignored = file.columns.filter(({ field }) => field === null).map(({ column }) => column);
  if (ignored.length > 0) console.error(`${kind}: ignored columns: ${ignored.join(', ')}`);
  for (const { column, format } of file.formats) console.error(`${kind}: format of ${column}: ${format}`);
  for (const { outcome, lines } of file.examples) {
    console.error(
      `${kind}: first ${outcome === 'duplicate' ? 'repeated' : outcome} lines: ${lines.join(', ')}`,
    );
  }
  for (const warning of file.warnings) console.error(`${kind}: ${warningText(warning)}`);
  for (const { column, value, count } of file.unknownValues) {
    console.error(
      `${kind}: ${column} has ${JSON.stringify(value)} in ${counted(count, 'line')}, which is not known`,
    );
  }
  for (const rejection of file.rejections) console.error(rejectionText(kind, rejection));
  const unnamed = file.rejectedLines - file.rejections.length;
  if (unnamed > 0) console.error(`${kind}: ${counted(unnamed, 'more line')} rejected, not shown`);
}

const warningText = ({ message, count, lines }: ImportWarning): string =>
  count === 0
    ? message
    : `${message} (${counted(count, 'line')}${lines.length === 0 ? '' : `, first ${lines.join(', ')}`})`;

const rejectionText = (kind: string, { line, violations }: Rejection): string =>
  `${kind} line ${line}: ${violations.map(violationText).join('; ')}`;
