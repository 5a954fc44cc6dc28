/** How many lines of one kind are written in full before they are only counted. */
const FULL_LINES = 10;
const INTERVAL_MS = 60_000;
/** Kinds that are told apart within an interval; all further ones count together. */
const MAX_KINDS = 50;
const OTHERS = 'others';

/** Writes how many lines of a kind were left out. */
type WriteOmitted = (kind: string, count: number) => void;

/**
 * Bounds what callers without credentials can have written to the log: of each kind of line the first ones of a minute are
 * written, and the rest are counted. Each minute ends with one line for each kind of which lines were left out.
 */
export class LineLimit {
  private readonly counts = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly writeOmitted: WriteOmitted,
    private readonly intervalMs = INTERVAL_MS,
  ) {}

  /** Whether a line of the kind is to be written. */
  admits(kind: string): boolean {
    const known = this.counts.has(kind) || this.counts.size < MAX_KINDS ? kind : OTHERS;
    const count = (this.counts.get(known) ?? 0) + 1;
    this.counts.set(known, count);
    this.timer ??= setTimeout(() => {
      this.flush();
    }, this.intervalMs).unref();
    return count <= FULL_LINES;
  }

  /** Ends the interval. To be called when the process ends, so that no count is lost. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const omitted = [...this.counts].filter(([, count]) => count > FULL_LINES);
    this.counts.clear();
    for (const [kind, count] of omitted) this.writeOmitted(kind, count - FULL_LINES);
  }
}
