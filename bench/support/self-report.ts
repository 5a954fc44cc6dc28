// Imported into a server before its own program: tells the process that has started it, every second, how much it uses.
const INTERVAL_MS = 1000;

/** Of one process, at one moment. */
export interface ProcessUsage {
  /** In bytes. */
  readonly rss: number;
  /** In bytes. */
  readonly heapUsed: number;
  /** In bytes: buffers and the like. */
  readonly external: number;
  /** Sockets, timers, files and all else that the process waits for. */
  readonly handles: number;
}

function report(): void {
  const { rss, heapUsed, external } = process.memoryUsage();
  const handles = process.getActiveResourcesInfo().length;
  process.send?.({ rss, heapUsed, external, handles } satisfies ProcessUsage);
}

setInterval(report, INTERVAL_MS).unref();
process.channel?.unref();
