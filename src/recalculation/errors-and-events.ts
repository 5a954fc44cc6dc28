import { AppEvent } from '../common/app-event.js';

export const RECALCULATION_ERROR_CODES = [
  'RECALCULATION_FAILED',
  'RECALCULATION_RUNNING',
  'RECALCULATION_CANCELLED',
  'RECALCULATION_NOT_RUNNING',
] as const;

declare module '../common/domain-error.js' {
  interface ErrorCodeLists {
    readonly recalculation: typeof RECALCULATION_ERROR_CODES;
  }
}

export const recalculationStarted = new AppEvent<{
  readonly recalculationId: number;
  readonly trigger: string;
  readonly totalCount: number;
}>('recalculation-started');

export const recalculationEnded = new AppEvent<{
  readonly recalculationId: number;
  readonly outcome: 'succeeded' | 'failed' | 'cancelled';
  readonly durationMs: number;
  /** Leads whose score was saved; 0 if the recalculation was rolled back. */
  readonly savedCount: number;
  readonly failedCount: number;
}>('recalculation-ended');

/** The refresher recalculated scores that time may have changed. */
export const scoresRefreshed = new AppEvent<{
  readonly savedCount: number;
  /** Leads that the database rejected. */
  readonly failedCount: number;
  readonly durationMs: number;
}>('scores-refreshed');
