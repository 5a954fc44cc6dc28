/** The exit codes that shells report for a process that was ended by a signal. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

interface Interruption {
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  /** The exit code of the signal that was received; null: none. */
  readonly exitCode: () => number | null;
  readonly stopListening: () => void;
}

/**
 * Lets a command roll back when it is interrupted. A second signal exits immediately; the database rolls back by itself.
 * @param reason the reason of the signal
 */
export function interruption(reason?: Error): Interruption {
  const controller = new AbortController();
  let exitCode: number | null = null;
  const interrupt = (signal: NodeJS.Signals) => {
    exitCode = EXIT_CODES[signal === 'SIGINT' ? 'SIGINT' : 'SIGTERM'];
    if (controller.signal.aborted) process.exit(exitCode);
    controller.abort(reason);
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  return {
    signal: controller.signal,
    exitCode: () => exitCode,
    stopListening: () => {
      process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    },
  };
}
