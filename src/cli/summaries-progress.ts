import type { SummaryBatch } from '../summary-batches/summary-batch.js';
import { wholeNumber } from './printing.js';
import { createProgressDisplay, Rate } from './progress-display.js';

/** A summary costs a fraction of a cent. */
export const dollars = (amount: number): string => `$${amount.toFixed(4)}`;

/** Such as `12:30:05Z`. */
const timeOf = (instant: Date): string => `${instant.toISOString().slice(11, 19)}Z`;

/** Prints the progress of a batch of summaries on the standard error. */
export class SummariesPrinter {
  private readonly display = createProgressDisplay();
  private readonly rate = new Rate<'writing'>();
  private pausedUntil: Date | null = null;

  onProgress(batch: SummaryBatch): void {
    const { totalCount, costUsd, failedCount, status, pausedUntil } = batch;
    this.onPause(pausedUntil);
    const value = batch.writtenCount + batch.unchangedCount + failedCount + batch.skippedCount;
    const perMinute = 60 * this.rate.exactly('writing', value);
    const pace = perMinute === 0 ? '' : `, ${wholeNumber.format(Math.round(perMinute))}/min`;
    const failed = failedCount === 0 ? '' : `, ${wholeNumber.format(failedCount)} failed`;
    const stopping = status === 'running' ? '' : ', stopping';
    const of = `${wholeNumber.format(value)} of ${wholeNumber.format(totalCount)} leads`;
    this.display.show({ value, total: totalCount }, `${of}, ${dollars(costUsd)}${pace}${failed}${stopping}`);
  }

  /** A batch that waits makes no progress that would be shown. */
  private onPause(pausedUntil: Date | null): void {
    const isKnown = pausedUntil?.getTime() === this.pausedUntil?.getTime();
    this.pausedUntil = pausedUntil;
    if (pausedUntil === null || isKnown) return;
    this.display.printAbove(`Waiting for the provider until ${timeOf(pausedUntil)}.`);
  }

  finish(): void {
    this.display.stop();
  }
}
