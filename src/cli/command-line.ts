import { violationMessages } from '../common/invalid-input.js';
import { OperatorError } from '../common/operator-error.js';
import { reportFailure } from './report-failure.js';

interface CommandLine<Request> {
  readonly usage: string;
  /** Null: help is asked for. Throws where the arguments are wrong; the usage is shown below the reason. */
  readonly parse: (args: string[]) => Request | null | Promise<Request | null>;
  /** Imports the command. Its modules take a second or two to load, which help and usage errors do without. */
  readonly load: () => Promise<(request: Request) => Promise<void>>;
  /** The exit code where it fails before it has set one. */
  readonly failureCode: number;
}

/** Does what the arguments of this process ask for, or says what is wrong with them. */
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

/** One entry for each broken rule of a class of GraphQL arguments. Their validator is loaded only when it is needed. */
export async function faultsOfArguments(request: object): Promise<string[]> {
  const { validateSync } = await import('class-validator');
  return violationMessages(validateSync(request));
}

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** The decimal number that an option gives; null: it is not given; NaN: it is no such number. */
export function numberOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  return DECIMAL.test(text.trim()) ? Number(text) : NaN;
}
