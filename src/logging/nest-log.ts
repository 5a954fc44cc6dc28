import type { LoggerService } from '@nestjs/common';
import type { Level } from 'pino';
import { describeError } from './describe-error.js';
import type { Log } from './log.js';

/** Log contexts of Nest that write many lines at startup. */
const FRAMEWORK: ReadonlySet<string> = new Set([
  'NestFactory',
  'NestApplication',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'GraphQLModule',
  'SequelizeModule',
]);

/**
 * Writes the messages of Nest's `Logger` to the log. A message may be an error, which `describeError`
 * converts.
 */
export class NestLog implements LoggerService {
  constructor(private readonly sink: Log) {}

  log(message: unknown, ...rest: unknown[]): void {
    const context = contextOf(rest);
    this.write(context !== undefined && FRAMEWORK.has(context) ? 'debug' : 'info', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  /** @param rest an optional stack trace, and the context as the last item */
  private write(level: Level, message: unknown, rest: readonly unknown[]): void {
    if (!this.sink.isLevelEnabled(level)) return;
    const context = contextOf(rest);
    const error = [message, ...rest].find((given) => given instanceof Error);
    const text = typeof message === 'string' ? message : textOf(error);
    this.sink[level]({ context, ...(error === undefined ? {} : { err: error }) }, text);
  }
}

const contextOf = (rest: readonly unknown[]): string | undefined => {
  const last = rest.at(-1);
  return typeof last === 'string' && !last.includes('\n') ? last : undefined;
};

function textOf(error: Error | undefined): string {
  if (error === undefined) return '';
  const { type, message } = describeError(error);
  return message ?? type;
}
