import { OperatorError } from '../common/operator-error.js';
import { wholeNumber } from './progress-display.js';
import { reportFailure } from './report-failure.js';

interface CommandLine<Request> {
  readonly usage: string;
  /** Null: help is asked for. Throws where the arguments are wrong; the usage is shown below the reason. */
  readonly parse: (args: string[]) => Request | null;
  readonly run: (request: Request) => Promise<void>;
  /** The exit code where it fails before it has set one. */
  readonly failureCode: number;
}

/** Does what the arguments of this process ask for, or says what is wrong with them. */
export async function runCommandLine<Request>({
  usage,
  parse,
  run,
  failureCode,
}: CommandLine<Request>): Promise<void> {
  try {
    const request = parsed(parse, usage);
    if (request === null) process.stdout.write(usage);
    else await run(request);
  } catch (error) {
    reportFailure(error);
    process.exitCode = failureCode;
  }
}

function parsed<Request>(parse: (args: string[]) => Request | null, usage: string): Request | null {
  try {
    return parse(process.argv.slice(2));
  } catch (error) {
    throw new OperatorError(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
}

/** The number that an option gives; null: it is not given. NaN where it is none: Number takes an empty text for 0. */
export function numberOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  return text.trim() === '' ? NaN : Number(text);
}

/** Says how many there are beyond those that were named. */
export function printUnnamed(count: number): void {
  if (count > 0) console.error(`… and ${wholeNumber.format(count)} more`);
}

/** On standard error: the standard output is for results, which scripts read. */
export function printWarning(warning: string): void {
  console.error(`Warning: ${warning}`);
}
