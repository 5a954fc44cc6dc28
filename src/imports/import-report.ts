import type { RecalculationFailure } from '../leads/scoring/recalculation-counter.js';
import type { Delimiter, Encoding } from './files/file-format.js';

/** The kinds of files, in the order in which they are imported. */
export const IMPORTED_FILES = ['leads', 'interactions', 'changes'] as const;
export type ImportedFile = (typeof IMPORTED_FILES)[number];

/** The maximum number of lines that a report names for each outcome. */
export const MAX_EXAMPLES = 5;

/** The maximum number of rejected lines that a report contains for each file. All are counted. */
export const MAX_NAMED_REJECTIONS = 1000;

/** A rule that a line violates. */
export interface Violation {
  /** The name of the column in the file; null: the line as a whole. */
  readonly column: string | null;
  /** Readable text, without the value. */
  readonly message: string;
  /** The text of the cell, shortened; null: none. */
  readonly value: string | null;
}

/** A line that was not imported, with every rule that it violates. */
export interface Rejection {
  /** The first line of the record, counted from 1. */
  readonly line: number;
  readonly violations: readonly Violation[];
}

/** A violation as readable text. Most messages begin with the name of a field, which may be that of the column. */
export const violationText = ({ column, message, value }: Violation): string =>
  `${column === null || message.startsWith(`${column} `) ? '' : `${column}: `}${message}${value === null ? '' : ` (${JSON.stringify(value)})`}`;

/** Something that a person should know, although the lines were imported. */
export interface ImportWarning {
  readonly message: string;
  /** The number of lines. */
  readonly count: number;
  /** The first lines. */
  readonly lines: readonly number[];
}

export interface LineExamples {
  readonly outcome: 'inserted' | 'updated' | 'unchanged' | 'duplicate';
  /** The first lines with this outcome. */
  readonly lines: readonly number[];
}

/** The result of one file. Rows are leads, interactions or changes of leads, and lines are records of the file. */
export interface FileReport {
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /** The SHA-256 of the file, in hexadecimal digits. */
  readonly sha256: string;
  readonly encoding: Encoding;
  readonly delimiter: Delimiter;
  /** The line of the header, counted from 1. */
  readonly headerLine: number;
  /** The preset by which columns were recognised; null: by their names alone. */
  readonly preset: string | null;
  /** The source of the external ids of the file. */
  readonly externalSource: string;
  /** The columns of the file in their order; a field of null: the column is ignored. */
  readonly columns: readonly { readonly column: string; readonly field: string | null }[];
  /** The formats that the file decided or that were given, such as the order of dates. */
  readonly formats: readonly { readonly column: string; readonly format: string }[];
  /** Lines of data, without blank lines. */
  readonly lineCount: number;
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  /** Lines that mean the same row as another line of the file. */
  readonly duplicateLines: number;
  readonly rejectedLines: number;
  readonly examples: readonly LineExamples[];
  /** Values of statuses and types that are not known, with the number of their lines. */
  readonly unknownValues: readonly {
    readonly column: string;
    readonly value: string;
    readonly count: number;
  }[];
  readonly warnings: readonly ImportWarning[];
  /** The first `MAX_NAMED_REJECTIONS` in the order of the file. */
  readonly rejections: readonly Rejection[];
}

export interface ImportReport {
  readonly leads: FileReport | null;
  readonly interactions: FileReport | null;
  readonly changes: FileReport | null;
  /** Scores that were calculated. */
  readonly scoreCount: number;
  readonly failedScoreCount: number;
  /** The first failures. */
  readonly failedScores: readonly RecalculationFailure[];
}

/** The step that an import is in. */
export type ImportStep = 'reading' | 'matching' | 'writing' | 'scoring';

export interface ImportProgress {
  readonly step: ImportStep;
  readonly file: ImportedFile | null;
  /** Bytes if the step is reading; else rows. */
  readonly doneCount: number;
  /** Null: unknown. */
  readonly totalCount: number | null;
}

export const fileReportsOf = (report: ImportReport): FileReport[] =>
  IMPORTED_FILES.map((kind) => report[kind]).filter((file) => file !== null);

/** Whether a report has lines or scores that failed. */
export const isComplete = (report: ImportReport): boolean =>
  fileReportsOf(report).every(({ rejectedLines }) => rejectedLines === 0) && report.failedScoreCount === 0;

/** Whether all lines of all files were rejected, so nothing was imported. */
export const isNothingImported = (report: ImportReport): boolean =>
  fileReportsOf(report).every(({ rejectedLines, lineCount }) => rejectedLines === lineCount) &&
  fileReportsOf(report).some(({ lineCount }) => lineCount > 0);
