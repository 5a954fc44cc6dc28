/** How many lines of one kind are written per interval. Further ones are only counted. */
const FULL_LINES = 10;
const INTERVAL_MS = 60_000;
/** Number of kinds that are counted separately within an interval. All others share one count. */
const MAX_KINDS = 50;
const OTHERS = 'others';

/** Writes the number of omitted lines of a kind. */
type WriteOmitted = (kind: string, count: number) => void;

/**
 * Limits the log lines that callers without credentials can cause. Of each kind, the first lines of a minute
 * are written and the rest are counted. At the end of the minute, one line per kind reports the number of
 * omitted lines.
 */
export class LineLimit {
  private readonly counts = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly writeOmitted: WriteOmitted,
    private readonly intervalMs = INTERVAL_MS,
  ) {}

  /** Whether a line of the kind should be written. */
  admits(kind: string): boolean {
    const known = this.counts.has(kind) || this.counts.size < MAX_KINDS ? kind : OTHERS;
    const count = (this.counts.get(known) ?? 0) + 1;
    this.counts.set(known, count);
    this.timer ??= setTimeout(() => {
      this.flush();
    }, this.intervalMs).unref();
    return count <= FULL_LINES;
  }

  /** Ends the interval. Must be called before the process exits, so that no count is lost. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const omitted = [...this.counts].filter(([, count]) => count > FULL_LINES);
    this.counts.clear();
    for (const [kind, count] of omitted) this.writeOmitted(kind, count - FULL_LINES);
  }
}
