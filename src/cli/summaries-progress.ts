import type { SummaryBatch } from '../summary-batches/summary-batch.js';
import { createProgressDisplay, Rate, wholeNumber } from './progress-display.js';

/** A summary costs a fraction of a cent. */
export const dollars = (amount: number): string => `$${amount.toFixed(4)}`;

/** Prints the progress of a batch of summaries on the standard error. */
export class SummariesPrinter {
  private readonly display = createProgressDisplay();
  private readonly rate = new Rate<'writing'>();

  onProgress(batch: SummaryBatch): void {
    const { totalCount, costUsd, failedCount, status } = batch;
    const value = batch.writtenCount + batch.unchangedCount + failedCount + batch.skippedCount;
    const perMinute = 60 * this.rate.exactly('writing', value);
    const pace = perMinute === 0 ? '' : `, ${wholeNumber.format(Math.round(perMinute))}/min`;
    const failed = failedCount === 0 ? '' : `, ${wholeNumber.format(failedCount)} failed`;
    const stopping = status === 'running' ? '' : ', stopping';
    const of = `${wholeNumber.format(value)} of ${wholeNumber.format(totalCount)} leads`;
    this.display.show({ value, total: totalCount }, `${of}, ${dollars(costUsd)}${pace}${failed}${stopping}`);
  }

  finish(): void {
    this.display.stop();
  }
}
