import { OperatorError } from '../common/operator-error.js';

/**
 * Tells the operator why a program ends. What they can mend is said in a sentence; anything else is our own
 * fault, and its stack helps to find it.
 * @returns the exit code
 */
export function reportFailure(error: unknown): number {
  if (error instanceof OperatorError) process.stderr.write(`${error.message}\n`);
  else process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 1;
}
