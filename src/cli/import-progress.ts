import type {
  ImportedFile,
  ImportObserver,
  ImportProgress,
  RejectedLine,
} from '../data-import/import-report.js';
import { wholeNumber } from './printing.js';
import { createProgressDisplay, Rate } from './progress-display.js';

/** The maximum number of rejected lines that are printed for each file; all are counted. */
const MAX_PRINTED_LINES = 1000;

/** Prints rejected lines and the progress of an import to standard error. */
export class ImportPrinter implements ImportObserver {
  private readonly rejectedCounts = new Map<ImportedFile, number>();
  private readonly progress = createProgressDisplay();
  private readonly rate = new Rate<ImportProgress['step']>();

  onRejectedLine(file: ImportedFile, { line, reason }: RejectedLine): void {
    const count = (this.rejectedCounts.get(file) ?? 0) + 1;
    this.rejectedCounts.set(file, count);
    if (count <= MAX_PRINTED_LINES) this.progress.printAbove(`${file} line ${line}: ${reason}`);
  }

  onProgress({ step, count, bytesRead, bytesTotal }: ImportProgress): void {
    const unit = step === 'scores' ? 'leads' : 'lines';
    const perSecond = wholeNumber.format(this.rate.of(step, count));
    this.progress.show(
      { value: bytesRead, total: bytesTotal },
      `${step}: ${wholeNumber.format(count)} ${unit}, ${perSecond}/s`,
    );
  }

  /** Ends the bar, and prints how many rejected lines were not shown. */
  finish(): void {
    this.progress.stop();
    for (const [file, count] of this.rejectedCounts) {
      const more = count - MAX_PRINTED_LINES;
      if (more > 0) process.stderr.write(`${file}: ${more} more lines were rejected and are not shown\n`);
    }
  }
}
