import type { RecalculationFailure } from '../leads/scoring/recalculation-counter.js';

export type ImportedFile = 'leads' | 'interactions';

/** A line that was not imported. */
export interface RejectedLine {
  /** The first line of its record in the file; the header is line 1. */
  readonly line: number;
  /** Readable text without data of the line. */
  readonly reason: string;
}

/** The numbers of lines of a file by outcome. */
export interface LineCounts {
  /** Lines that inserted a row. */
  inserted: number;
  /** Lines that updated a row. */
  updated: number;
  /** Lines whose values were already stored. */
  unchanged: number;
  rejected: number;
}

export interface ImportProgress {
  readonly step: ImportedFile | 'scores';
  /** Lines or leads that are completed. */
  readonly count: number;
  /** The bytes of both files. */
  readonly bytesRead: number;
  readonly bytesTotal: number;
}

/** Receives the progress of an import. */
export interface ImportObserver {
  /** Rejected lines of a file are reported in ascending order. */
  onRejectedLine(file: ImportedFile, rejection: RejectedLine): void;
  onProgress(progress: ImportProgress): void;
}

export interface ImportResult {
  readonly leads: LineCounts;
  readonly interactions: LineCounts;
  readonly scoreCount: number;
  readonly failedScoreCount: number;
  /** The first failures. */
  readonly failedScores: readonly RecalculationFailure[];
}

export const noLines = (): LineCounts => ({ inserted: 0, updated: 0, unchanged: 0, rejected: 0 });

/** The import was interrupted and rolled back. */
export class ImportInterruptedError extends Error {
  override readonly name = 'ImportInterruptedError';
}
