import { violationMessages } from '../common/invalid-input.js';
import { OperatorError } from '../common/operator-error.js';
import { reportFailure } from './printing.js';

interface CommandLine<Request> {
  readonly usage: string;
  /**
   * Returns null if help was requested. Throws if the arguments are invalid; the usage is then printed below
   * the reason.
   */
  readonly parse: (args: string[]) => Request | null | Promise<Request | null>;
  /** Imports the command. Loading its modules takes a second or two, which help and usage errors avoid. */
  readonly load: () => Promise<(request: Request) => Promise<void>>;
  /** The exit code if the command fails before it has set one. */
  readonly failureCode: number;
}

/** Runs the command with the arguments of this process, or prints the errors in them. */
export async function runCommandLine<Request>({
  usage,
  parse,
  load,
  failureCode,
}: CommandLine<Request>): Promise<void> {
  try {
    const request = await parsed(parse, usage);
    if (request === null) {
      process.stdout.write(usage);
      return;
    }
    const run = await load();
    await run(request);
  } catch (error) {
    reportFailure(error);
    process.exitCode = failureCode;
  }
}

async function parsed<Request>(parse: CommandLine<Request>['parse'], usage: string): Promise<Request | null> {
  try {
    return await parse(process.argv.slice(2));
  } catch (error) {
    throw new OperatorError(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
}

/**
 * Returns one message for each violated rule of a class of GraphQL arguments. class-validator is loaded only
 * when needed.
 */
export async function violationsOfArguments(request: object): Promise<string[]> {
  const { validateSync } = await import('class-validator');
  return violationMessages(validateSync(request));
}

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** Parses an option as a decimal number; null: not given; NaN: not a decimal number. */
export function numberOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  return DECIMAL.test(text.trim()) ? Number(text) : NaN;
}
