import cliProgress from 'cli-progress';

/** How often progress is printed where there is no terminal to draw a bar on. */
const PRINT_INTERVAL_MS = 5000;

const MS_A_SECOND = 1000;

const BAR_WIDTH = 40;
const NARROWEST_BAR = 10;

/** How far a command is. */
interface Advance {
  readonly value: number;
  readonly total: number;
}

/** Shows on the standard error how far a command is. */
interface ProgressDisplay {
  show(advance: Advance, text: string): void;
  printAbove(line: string): void;
  stop(): void;
}

/** A bar on a terminal, a line every few seconds elsewhere. */
export function createProgressDisplay(): ProgressDisplay {
  return process.stderr.isTTY ? new ProgressBar() : new ProgressLines();
}

/** How many of something a second since the step that they belong to began. */
export class Rate<Step extends string> {
  private step: Step | null = null;
  private stepSince = 0;
  private lastReport = performance.now();

  of(step: Step, count: number): number {
    return Math.round(this.exactly(step, count));
  }

  /** Where there is less than one a second. */
  exactly(step: Step, count: number): number {
    const now = performance.now();
    // What is counted already took the time since the report before.
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

  /** The cursor comes back however the process ends. */
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

  /** Over the bar, which draws itself again below. */
  printAbove(line: string): void {
    process.stderr.write(`${this.isStarted ? '\r\x1b[K' : ''}${line}\n`);
  }

  stop(): void {
    if (!this.isStarted) return;
    this.isStarted = false;
    process.off('exit', this.onExit);
    // The bar goes back to where the cursor was saved, which lines that were printed above it have moved.
    process.stderr.write('\x1b7');
    this.bar.stop();
  }
}

/** The text whole, on a narrow terminal too, and the bar in what room it leaves. */
function fitted(options: cliProgress.Options, { progress, maxWidth }: cliProgress.Params, payload: unknown) {
  const { text } = payload as { readonly text: string };
  const rest = ` ${Math.floor(100 * progress)} % | ${text}`;
  // The last column stays free: a terminal clears what stands in it together with the rest of the line.
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
