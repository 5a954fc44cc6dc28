import type { ImportProgress } from '../imports/import-report.js';
import { wholeNumber } from './printing.js';
import { createProgressDisplay } from './progress-display.js';

const STEPS = {
  reading: 'reading',
  matching: 'finding what exists',
  writing: 'writing',
  scoring: 'scoring',
} as const;

const MEBIBYTE = 1_048_576;

/** Prints the progress of an import to standard error. */
export class ImportPrinter {
  private readonly progress = createProgressDisplay();

  onProgress({ step, file, doneCount, totalCount }: ImportProgress): void {
    this.progress.show(
      { value: doneCount, total: totalCount ?? Math.max(doneCount, 1) },
      textOf(step, file, doneCount),
    );
  }

  /** Ends the bar. */
  finish(): void {
    this.progress.stop();
  }
}

function textOf(step: ImportProgress['step'], file: ImportProgress['file'], doneCount: number): string {
  const what = file === null ? STEPS[step] : `${STEPS[step]} ${file}`;
  if (step === 'matching') return what;
  if (step === 'reading') return `${what}: ${wholeNumber.format(Math.round(doneCount / MEBIBYTE))} MiB`;
  return `${what}: ${wholeNumber.format(doneCount)}`;
}
