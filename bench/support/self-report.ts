// Preloaded into a server process: sends its resource usage to the parent process once a second.
const INTERVAL_MS = 1000;

/** The resource usage of a process at one instant. */
export interface ProcessUsage {
  /** In bytes. */
  readonly rss: number;
  /** In bytes. */
  readonly heapUsed: number;
  /** In bytes: memory outside the heap, such as buffers. */
  readonly external: number;
  /** The number of active resources: sockets, timers, files and others. */
  readonly handles: number;
}

function report(): void {
  const { rss, heapUsed, external } = process.memoryUsage();
  const handles = process.getActiveResourcesInfo().length;
  process.send?.({ rss, heapUsed, external, handles } satisfies ProcessUsage);
}

setInterval(report, INTERVAL_MS).unref();
process.channel?.unref();
