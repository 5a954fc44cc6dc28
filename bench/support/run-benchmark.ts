import { reportFailure } from '../../src/cli/printing.js';
import { CleanUp } from './clean-up.js';

type Run<Arguments> = (args: Arguments, cleanUp: CleanUp) => Promise<void>;

const WRONG_USAGE = 2;

/**
 * Runs a benchmark and cleans up, even if a signal ends it. Sets the exit code.
 * @param read returns the arguments, or null if help was requested
 * @param load imports the benchmark, which help and usage errors do not need
 */
export async function runBenchmark<Arguments>(
  usage: string,
  read: (args: string[]) => Arguments | null,
  load: () => Promise<Run<Arguments>>,
): Promise<void> {
  let args: Arguments | null;
  try {
    args = read(process.argv.slice(2));
  } catch (error) {
    reportFailure(error);
    process.exitCode = WRONG_USAGE;
    return;
  }
  if (args === null) process.stdout.write(usage);
  else process.exitCode = await runAndCleanUp(args, await load());
}

/** @returns the exit code */
async function runAndCleanUp<Arguments>(args: Arguments, run: Run<Arguments>): Promise<number> {
  const cleanUp = new CleanUp();
  cleanUp.runOnSignals();
  try {
    await run(args, cleanUp);
    return 0;
  } catch (error) {
    return cleanUp.isInterrupted ? 1 : reportFailure(error);
  } finally {
    await cleanUp.run();
  }
}
