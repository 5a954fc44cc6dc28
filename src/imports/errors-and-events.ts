import { AppEvent } from '../common/app-event.js';

export const IMPORT_ERROR_CODES = [
  'IMPORT_FILE_INVALID',
  'IMPORT_FAILED',
  'IMPORT_CANCELLED',
  'IMPORT_NOT_RUNNING',
  'IMPORT_NOT_UNDOABLE',
] as const;

declare module '../common/domain-error.js' {
  interface ErrorCodeLists {
    readonly imports: typeof IMPORT_ERROR_CODES;
  }
}

export const importStarted = new AppEvent<{ readonly importId: number; readonly trigger: string }>(
  'import-started',
);

export const importEnded = new AppEvent<{
  readonly importId: number;
  readonly outcome: 'succeeded' | 'failed' | 'cancelled';
  readonly durationMs: number;
  /** Rows that were inserted or updated; 0 if the import was rolled back. */
  readonly savedCount: number;
  readonly rejectedCount: number;
}>('import-ended');

export const importUndone = new AppEvent<{
  readonly importId: number;
  /** Rows that were removed or restored. */
  readonly undoneCount: number;
  /** Rows that were left alone, because they have changed since. */
  readonly keptCount: number;
}>('import-undone');
