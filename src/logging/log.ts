import pino, { type DestinationStream, type Logger, type LoggerOptions } from 'pino';
import type { LogLevel } from '../config/observability-settings.js';
import { currentRequest } from '../common/request-context.js';
import { currentTrace } from '../common/spans.js';
import { describeError } from './describe-error.js';
import { scrubLine } from './scrub.js';

export type Log = Logger;

/** What becomes of nothing. */
export const silentLog: Log = pino({ level: 'silent' });

/**
 * Lines of JSON on the standard output, written beside the work and to their end when the process ends.
 * @param destination where else they go
 */
export const createLog = (level: LogLevel, destination?: DestinationStream): Log =>
  pino(options(level), destination ?? pino.destination({ dest: 1, sync: false }));

/**
 * Lines for people at a terminal.
 * @param descriptor of the standard output (1) or the standard error (2)
 */
export async function createReadableLog(level: LogLevel, descriptor: 1 | 2): Promise<Log> {
  // Production reads no such lines, and need not load what makes them.
  const { default: pretty } = await import('pino-pretty');
  return pino(
    options(level),
    pretty({
      destination: descriptor,
      sync: true,
      ignore: 'pid,hostname',
      translateTime: 'SYS:HH:MM:ss.l',
      colorize: process.stdout.isTTY && process.stderr.isTTY,
      singleLine: true,
    }),
  );
}

const options = (level: LogLevel): LoggerOptions => ({
  level,
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (label) => ({ level: label }) },
  mixin: () => ({ ...requestFields(), ...currentTrace() }),
  serializers: { err: describeError },
  hooks: { streamWrite: scrubLine },
});

/** In every line about a request. */
function requestFields(): object {
  const request = currentRequest();
  if (request === undefined) return {};
  return request.caller === undefined
    ? { requestId: request.id }
    : { requestId: request.id, caller: request.caller.key };
}
