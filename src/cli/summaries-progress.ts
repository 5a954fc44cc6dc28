import type { SummaryBatch } from '../summary-batches/summary-batch.js';
import { wholeNumber } from './printing.js';
import { createProgressDisplay, Rate } from './progress-display.js';

/** Four decimals, because a summary costs a fraction of a cent. */
export const dollars = (amount: number): string => `$${amount.toFixed(4)}`;

/** For example `12:30:05Z`. */
const timeOf = (instant: Date): string => `${instant.toISOString().slice(11, 19)}Z`;

/** Prints the progress of a batch of summaries to standard error. */
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

  /** Prints the pause, because a waiting batch makes no visible progress. */
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
