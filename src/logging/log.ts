import pino, { type DestinationStream, type Logger, type LoggerOptions } from 'pino';
import type { LogLevel } from '../config/observability-settings.js';
import { currentRequest } from '../common/request-context.js';
import { currentSpan } from '../common/spans.js';
import { describeError } from './describe-error.js';
import { LineLimit } from './line-limit.js';
import { scrubLine } from './scrub.js';

export type Log = Logger;

/** A logger that discards everything. */
export const silentLog: Log = pino({ level: 'silent' });

/**
 * Logs JSON lines to standard output. They are written asynchronously, and flushed when the process exits.
 * @param destination replaces standard output
 */
export function createLog(level: LogLevel, destination?: DestinationStream): Log {
  const limit = new LineLimit((kind, count) => {
    log.warn({ kind, count }, 'similar lines left out');
  });
  // Must run before the exit listener of the destination, which closes it.
  if (destination === undefined) process.prependOnceListener('exit', flushOf(limit));
  const log = pino(options(level, limit), destination ?? pino.destination({ dest: 1, sync: false }));
  return log;
}

const flushOf = (limit: LineLimit) => () => {
  limit.flush();
};

/**
 * Logs readable lines for a terminal.
 * @param descriptor of standard output (1) or standard error (2)
 */
export async function createReadableLog(level: LogLevel, descriptor: 1 | 2): Promise<Log> {
  // Loaded on demand: production does not use it.
  const { default: pretty } = await import('pino-pretty');
  const limit = new LineLimit((kind, count) => {
    log.warn({ kind, count }, 'similar lines left out');
  });
  process.prependOnceListener('exit', flushOf(limit));
  const log = pino(
    options(level, limit),
    pretty({
      destination: descriptor,
      sync: true,
      ignore: 'pid,hostname',
      translateTime: 'SYS:HH:MM:ss.l',
      colorize: process.stdout.isTTY && process.stderr.isTTY,
      singleLine: true,
    }),
  );
  return log;
}

const options = (level: LogLevel, limit: LineLimit): LoggerOptions => ({
  level,
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (label) => ({ level: label }) },
  mixin: () => ({ ...requestFields(), ...currentSpan()?.ids }),
  serializers: { err: describeError },
  hooks: {
    streamWrite: scrubLine,
    logMethod(given, method, levelNumber) {
      const kind = limitedKindOf(given, levelNumber);
      if (kind === null || limit.admits(kind)) method.apply(this, given);
    },
  },
});

/**
 * The kind under which a line is limited; null: it is always written. Limited are lines about a request whose
 * caller is unknown or has exceeded its rate limit. Output of libraries, such as about broken WebSocket
 * frames, is limited too.
 */
function limitedKindOf([facts, message]: readonly unknown[], level: number): string | null {
  const { context, path, status, outcome } = (
    typeof facts === 'object' && facts !== null ? facts : {}
  ) as Readonly<Record<string, unknown>>;
  if (context === 'console') return 'console';
  const { address, caller, isFromRouter = false } = currentRequest() ?? {};
  const isAnonymous = address !== undefined && caller === undefined && !isFromRouter;
  if (!isAnonymous && outcome !== 'RATE_LIMITED') return null;
  const name = pino.levels.labels[level];
  return [name, context, message, path, status, outcome].filter(isWord).join(' ');
}

const isWord = (part: unknown): part is string | number =>
  typeof part === 'string' || typeof part === 'number';

/** Fields in every log line of a request. */
function requestFields(): object {
  const request = currentRequest();
  if (request === undefined) return {};
  return request.caller === undefined
    ? { requestId: request.id }
    : { requestId: request.id, caller: request.caller.key };
}
