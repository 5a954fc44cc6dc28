import type { RecalculationCounts } from '../leads/scoring/recalculation-counter.js';
import { wholeNumber } from './printing.js';
import { createProgressDisplay, Rate } from './progress-display.js';

/** From this duration on, the remaining time is printed in minutes. */
const LONG_SECONDS = 100;

type Step = 'calculating' | 'writing';

/** Prints the progress of a recalculation to standard error. */
export class RecalculationPrinter {
  private readonly display = createProgressDisplay();
  private readonly rate = new Rate<Step>();

  constructor() {
    // With millions of leads, selecting them and calculating the first batch takes seconds.
    this.display.show({ value: 0, total: 1 }, 'starting');
    this.rate.of('calculating', 0);
  }

  /** All leads are calculated first and written afterwards, so a completed lead counts twice on the bar. */
  onProgress({ totalCount, calculatedCount, savedCount, failedCount }: RecalculationCounts): void {
    // Leads may be added and deleted while they are counted.
    const calculated = Math.min(calculatedCount, totalCount);
    const written = Math.min(savedCount + failedCount, totalCount);
    const isWriting = calculated === totalCount || savedCount > 0;
    const [step, count]: [Step, number] = isWriting ? ['writing', written] : ['calculating', calculated];
    const total = 2 * totalCount;
    const value = isWriting ? totalCount + written : calculated;
    const perSecond = this.rate.of(step, count);
    this.display.show(
      { value, total },
      `${step} ${wholeNumber.format(count)} of ${wholeNumber.format(totalCount)} leads${pace(perSecond, total - value)}`,
    );
  }

  finish(): void {
    this.display.stop();
  }
}

/** Estimates the remaining time from the rate of the current step. */
function pace(perSecond: number, left: number): string {
  if (perSecond === 0) return '';
  const seconds = Math.ceil(left / perSecond);
  const time = seconds < LONG_SECONDS ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
  return `, ${wholeNumber.format(perSecond)}/s, ${time} left`;
}
