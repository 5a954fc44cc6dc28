const INTERRUPTED = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** What has to be undone in the end, the latest first: also where a signal ends the program. */
export class CleanUp {
  private readonly steps: (() => Promise<unknown>)[] = [];
  private running: Promise<void> | null = null;
  private interruption: Promise<void> | null = null;

  add(step: () => Promise<unknown>): void {
    this.steps.push(step);
  }

  /** Once, whoever asks: a step must not begin before the one that was added after it has ended. */
  run(): Promise<void> {
    return (this.running ??= this.runSteps());
  }

  /** Has signals clean up and end the process; whatever is under way then fails, which is of no interest. */
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

  /** A step that fails is told of, and the others are still done. */
  private async runSteps(): Promise<void> {
    for (let step = this.steps.pop(); step !== undefined; step = this.steps.pop()) {
      await step().catch((error: unknown) => {
        process.stderr.write(`Cleaning up failed: ${String(error)}\n`);
      });
    }
  }
}
