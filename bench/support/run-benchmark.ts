import { reportFailure } from '../../src/cli/report-failure.js';
import { CleanUp } from './clean-up.js';

const WRONG_USAGE = 2;

/** Each table is printed as soon as it is known: a run takes long, and something may end it. */
export const print = (text: string): void => {
  process.stdout.write(`${text}\n\n`);
};

/**
 * Runs a benchmark and cleans up, also where a signal ends it; sets the exit code.
 * @param read the arguments, or null where help is asked for
 */
export async function runBenchmark<Arguments>(
  usage: string,
  read: (args: string[]) => Arguments | null,
  run: (args: Arguments, cleanUp: CleanUp) => Promise<void>,
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
  else process.exitCode = await runAndCleanUp(args, run);
}

/** @returns the exit code */
async function runAndCleanUp<Arguments>(
  args: Arguments,
  run: (args: Arguments, cleanUp: CleanUp) => Promise<void>,
): Promise<number> {
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
