import cliProgress from 'cli-progress';
import type { ImportedFile, ImportObserver, ImportProgress, Refusal } from '../data-import/import-report.js';

/** Refused lines that are printed for each file; all of them are counted. */
const MAX_PRINTED_REFUSALS = 1000;

/** How often progress is printed where there is no terminal to draw a bar on. */
const PRINT_INTERVAL_MS = 5000;

const MS_A_SECOND = 1000;

const wholeNumber = new Intl.NumberFormat('en');

/** Prints refused lines and the progress of an import on the standard error. */
export class ImportPrinter implements ImportObserver {
  private readonly refusalCounts = new Map<ImportedFile, number>();
  private readonly progress: ProgressDisplay = process.stderr.isTTY ? new ProgressBar() : new ProgressLines();
  private readonly rate = new Rate();

  onRefusal(file: ImportedFile, { line, reason }: Refusal): void {
    const count = (this.refusalCounts.get(file) ?? 0) + 1;
    this.refusalCounts.set(file, count);
    if (count <= MAX_PRINTED_REFUSALS) this.progress.printAbove(`${file} line ${line}: ${reason}`);
  }

  onProgress(progress: ImportProgress): void {
    const unit = progress.step === 'scores' ? 'leads' : 'lines';
    const perSecond = wholeNumber.format(this.rate.of(progress));
    const count = wholeNumber.format(progress.count);
    this.progress.show(progress, `${progress.step}: ${count} ${unit}, ${perSecond}/s`);
  }

  /** Ends the bar, and says how many refused lines were not printed. */
  finish(): void {
    this.progress.stop();
    for (const [file, count] of this.refusalCounts) {
      const more = count - MAX_PRINTED_REFUSALS;
      if (more > 0) process.stderr.write(`${file}: ${more} more lines were refused and are not shown\n`);
    }
  }
}

/** Lines, or leads, a second since the step began. */
class Rate {
  private step: ImportProgress['step'] | null = null;
  private stepSince = 0;
  private lastReport = performance.now();

  of({ step, count }: ImportProgress): number {
    if (step !== this.step) this.stepSince = this.lastReport;
    this.step = step;
    this.lastReport = performance.now();
    const seconds = (this.lastReport - this.stepSince) / MS_A_SECOND;
    return seconds > 0 ? Math.round(count / seconds) : 0;
  }
}

interface ProgressDisplay {
  show(progress: ImportProgress, text: string): void;
  printAbove(line: string): void;
  stop(): void;
}

class ProgressBar implements ProgressDisplay {
  private readonly bar = new cliProgress.SingleBar(
    { format: '[{bar}] {percentage} % | {text}', clearOnComplete: true, hideCursor: true },
    cliProgress.Presets.shades_classic,
  );
  private isStarted = false;

  show({ bytesRead, bytesTotal }: ImportProgress, text: string): void {
    if (!this.isStarted) this.bar.start(bytesTotal, 0, { text });
    this.isStarted = true;
    this.bar.update(bytesRead, { text });
  }

  /** Over the bar, which draws itself again below. */
  printAbove(line: string): void {
    process.stderr.write(`${this.isStarted ? '\r\x1b[K' : ''}${line}\n`);
  }

  stop(): void {
    if (this.isStarted) this.bar.stop();
  }
}

class ProgressLines implements ProgressDisplay {
  private printedAt = performance.now();

  show({ bytesRead, bytesTotal }: ImportProgress, text: string): void {
    if (performance.now() - this.printedAt < PRINT_INTERVAL_MS) return;
    this.printedAt = performance.now();
    const percentage = bytesTotal === 0 ? 100 : Math.floor((100 * bytesRead) / bytesTotal);
    this.printAbove(`${text} (${percentage} % of the files read)`);
  }

  printAbove(line: string): void {
    process.stderr.write(`${line}\n`);
  }

  stop(): void {
    return;
  }
}
