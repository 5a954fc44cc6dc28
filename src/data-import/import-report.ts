import type { RecalculationFailure } from '../leads/scoring/recalculation-counter.js';

export type ImportedFile = 'leads' | 'interactions';

/** A line that did not go in. */
export interface RejectedLine {
  /** Where its record starts in the file; the header is line 1. */
  readonly line: number;
  /** For people; holds no data of the line. */
  readonly reason: string;
}

/** Lines of a file by what became of them. */
export interface LineCounts {
  /** Lines that made a row. */
  inserted: number;
  /** Lines that changed one. */
  updated: number;
  /** Lines that say what is stored already. */
  unchanged: number;
  refused: number;
}

export interface ImportProgress {
  readonly step: ImportedFile | 'scores';
  /** Lines of the file, or leads, that are done. */
  readonly count: number;
  /** Of both files. */
  readonly bytesRead: number;
  readonly bytesTotal: number;
}

/** Is told how an import goes while it goes. */
export interface ImportObserver {
  /** Refused lines of a file come by ascending number. */
  onRejectedLine(file: ImportedFile, refusal: RejectedLine): void;
  onProgress(progress: ImportProgress): void;
}

export interface ImportResult {
  readonly leads: LineCounts;
  readonly interactions: LineCounts;
  readonly scoreCount: number;
  readonly failedScoreCount: number;
  /** The first of them. */
  readonly failedScores: readonly RecalculationFailure[];
}

export const noLines = (): LineCounts => ({ inserted: 0, updated: 0, unchanged: 0, refused: 0 });
