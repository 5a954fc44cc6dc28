import { OperatorError } from '../common/operator-error.js';

export const wholeNumber = new Intl.NumberFormat('en');

/** A number with its noun, such as `1 line` or `1,000 lines`. */
export const counted = (count: number, noun: string): string =>
  `${wholeNumber.format(count)} ${noun}${count === 1 ? '' : 's'}`;

/** Prints how many more there are than were listed. */
export function printUnnamed(count: number): void {
  if (count > 0) console.error(`… and ${wholeNumber.format(count)} more`);
}

/** Standard output contains only results, which scripts read. Warnings go to standard error. */
export function printWarning(warning: string): void {
  console.error(`Warning: ${warning}`);
}

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
