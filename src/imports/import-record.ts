import type { ImportedFile, ImportReport, ImportStep } from './import-report.js';

/** The maximum number of rows that a report of an undo names. */
export const MAX_NAMED_KEPT = 1000;

export type ImportTrigger = 'api' | 'command';

/**
 * `interrupted`: the process or its connection ended. PostgreSQL has rolled the import back, and its process could not record
 * that.
 */
export type ImportStatus = 'running' | 'succeeded' | 'failed' | 'cancelled' | 'interrupted';

/** A file of an import. */
export interface RecordedFile {
  readonly kind: ImportedFile;
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /** In hexadecimal digits. */
  readonly sha256: string;
}

/** A row that an undo left alone, because it has changed since the import. */
export interface KeptRow {
  readonly leadId: number;
  /** Null: the lead itself was left alone. */
  readonly interactionId: number | null;
  /** Readable text. */
  readonly reason: string;
}

export interface UndoReport {
  readonly removedLeads: number;
  readonly restoredLeads: number;
  readonly removedInteractions: number;
  readonly restoredInteractions: number;
  /** Rows of the history of leads that the import had inserted. */
  readonly removedChanges: number;
  /** The number of rows that were left alone. */
  readonly keptCount: number;
  /** The first of them. */
  readonly kept: readonly KeptRow[];
  readonly scoreCount: number;
  readonly failedScoreCount: number;
}

/** The permanent record of an import. */
export interface ImportRecord {
  readonly id: number;
  readonly trigger: ImportTrigger;
  /** The key of the caller of the API, or the user of the operating system. */
  readonly caller: string;
  /** Host name and process. */
  readonly host: string;
  readonly files: readonly RecordedFile[];
  /** The options of the import, as a mapping file has them. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly status: ImportStatus;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  readonly step: ImportStep;
  /** Bytes if the step is reading; else rows. */
  readonly doneCount: number;
  readonly totalCount: number | null;
  /** Null unless the import has succeeded. */
  readonly report: ImportReport | null;
  /** The reason for a failure, as readable text. */
  readonly error: string | null;
  readonly undoneAt: Date | null;
  readonly undoneBy: string | null;
  readonly undoReport: UndoReport | null;
}
