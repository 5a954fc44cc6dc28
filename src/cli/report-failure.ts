import { OperatorError } from '../common/operator-error.js';

/**
 * Prints the reason why a program ends. An OperatorError is printed as one sentence, because the operator can
 * fix it. Any other error is a bug, so its stack is printed.
 * @returns the exit code
 */
export function reportFailure(error: unknown): number {
  if (error instanceof OperatorError) process.stderr.write(`${error.message}\n`);
  else process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 1;
}
