const INTERRUPTED = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** Cleanup steps, which run in reverse order, even if a signal ends the program. */
export class CleanUp {
  private readonly steps: (() => Promise<unknown>)[] = [];
  private running: Promise<void> | null = null;
  private interruption: Promise<void> | null = null;

  add(step: () => Promise<unknown>): void {
    this.steps.push(step);
  }

  /**
   * Runs the steps once, however often it is called: a step must not begin before the one added after it has
   * ended.
   */
  run(): Promise<void> {
    return (this.running ??= this.runSteps());
  }

  /** Makes signals clean up and end the process. Work in progress then fails, and its errors are ignored. */
  runOnSignals(): void {
    for (const [signal, exitCode] of Object.entries(INTERRUPTED)) {
      process.on(signal, () => {
        this.interruption ??= this.run().then(() => process.exit(exitCode));
      });
    }
  }

  get isInterrupted(): boolean {
    return this.interruption !== null;
  }

  /** Prints the error of a step that fails, and continues with the others. */
  private async runSteps(): Promise<void> {
    for (let step = this.steps.pop(); step !== undefined; step = this.steps.pop()) {
      await step().catch((error: unknown) => {
        process.stderr.write(`Cleaning up failed: ${String(error)}\n`);
      });
    }
  }
}
