import cliProgress from 'cli-progress';

/** The interval of printed progress if standard error is not a terminal. */
const PRINT_INTERVAL_MS = 5000;

const MS_A_SECOND = 1000;

const BAR_WIDTH = 40;
const NARROWEST_BAR = 10;

/** The progress of a command. */
interface Advance {
  readonly value: number;
  readonly total: number;
}

/** Displays the progress of a command on standard error. */
interface ProgressDisplay {
  show(advance: Advance, text: string): void;
  printAbove(line: string): void;
  stop(): void;
}

/** Draws a bar on a terminal. Otherwise prints a line every few seconds. */
export function createProgressDisplay(): ProgressDisplay {
  return process.stderr.isTTY ? new ProgressBar() : new ProgressLines();
}

/** The rate per second since the current step began. */
export class Rate<Step extends string> {
  private step: Step | null = null;
  private stepSince = 0;
  private lastReport = performance.now();

  of(step: Step, count: number): number {
    return Math.round(this.exactly(step, count));
  }

  /** Unrounded, for rates below one a second. */
  exactly(step: Step, count: number): number {
    const now = performance.now();
    // If the step has already counted something, it began at the previous report.
    if (step !== this.step) this.stepSince = count === 0 ? now : this.lastReport;
    this.step = step;
    this.lastReport = now;
    const seconds = (now - this.stepSince) / MS_A_SECOND;
    return seconds > 0 ? count / seconds : 0;
  }
}

class ProgressBar implements ProgressDisplay {
  private readonly bar = new cliProgress.SingleBar(
    { format: fitted, clearOnComplete: true, hideCursor: true, barsize: BAR_WIDTH },
    cliProgress.Presets.shades_classic,
  );
  private isStarted = false;

  /** Restores the cursor, however the process ends. */
  private readonly onExit = () => {
    this.stop();
  };

  show({ value, total }: Advance, text: string): void {
    if (!this.isStarted) {
      this.isStarted = true;
      this.bar.start(total, value, { text });
      process.once('exit', this.onExit);
    }
    this.bar.setTotal(total);
    this.bar.update(value, { text });
  }

  /** Prints over the bar, which is then redrawn below. */
  printAbove(line: string): void {
    process.stderr.write(`${this.isStarted ? '\r\x1b[K' : ''}${line}\n`);
  }

  stop(): void {
    if (!this.isStarted) return;
    this.isStarted = false;
    process.off('exit', this.onExit);
    // cli-progress restores the cursor position that it saved. Lines printed above the bar have moved it, so
    // it is saved again.
    process.stderr.write('\x1b7');
    this.bar.stop();
  }
}

/** Prints the full text, even on a narrow terminal. The bar uses the remaining width. */
function fitted(options: cliProgress.Options, { progress, maxWidth }: cliProgress.Params, payload: unknown) {
  const { text } = payload as { readonly text: string };
  const rest = ` ${Math.floor(100 * progress)} % | ${text}`;
  // The last column stays empty: clearing to the end of the line would also clear a character in it.
  const room = maxWidth - rest.length - '[]'.length - 1;
  const barsize = Math.max(NARROWEST_BAR, Math.min(BAR_WIDTH, room));
  return `[${cliProgress.Format.BarFormat(progress, { ...options, barsize })}]${rest}`;
}

class ProgressLines implements ProgressDisplay {
  private printedAt = performance.now();

  show({ value, total }: Advance, text: string): void {
    if (performance.now() - this.printedAt < PRINT_INTERVAL_MS) return;
    this.printedAt = performance.now();
    const percentage = total === 0 ? 100 : Math.floor((100 * value) / total);
    this.printAbove(`${text} (${percentage} %)`);
  }

  printAbove(line: string): void {
    process.stderr.write(`${line}\n`);
  }

  stop(): void {
    return;
  }
}
