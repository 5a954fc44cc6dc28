import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppEvent } from '../common/app-event.js';
import type {} from '../common/incoming-request.js';
import { outcomeOfRequest, withRequest } from '../common/request-context.js';
import type { Log } from './log.js';

/** An HTTP request was answered, or its client disconnected. `route` is the registered route, without the query. */
export const requestEnded = new AppEvent<{
  readonly method: string;
  readonly route: string;
  readonly status: number;
  /** `OK`, or the code of the first error; undefined: the response has no codes, such as an HTML page. */
  readonly outcome: string | undefined;
  readonly durationMs: number;
}>('request');

/** Monitoring systems request these paths every few seconds. */
const QUIET = /^\/(?:health|metrics)(?:\/|$)/;

/**
 * Publishes an event and logs a line after each HTTP response. Must be registered after `identifyRequests`.
 */
export function logRequests(server: FastifyInstance, log: Log): void {
  server.addHook('onResponse', (request, reply, done) => {
    const { elapsedTime: durationMs, statusCode: status } = reply;
    const outcome = outcomeOfRequest(request.context);
    requestEnded.publish({ method: request.method, route: pathOf(request), status, outcome, durationMs });
    const level = levelOf(request, reply);
    if (log.isLevelEnabled(level)) {
      withRequest(request.context, () => {
        log[level](factsOf(request, reply), 'request');
      });
    }
    done();
  });
}

function levelOf(request: FastifyRequest, { statusCode }: FastifyReply): 'debug' | 'info' | 'error' {
  // A 503 of the readiness check is an expected answer, not an error.
  if (QUIET.test(pathOf(request))) return 'debug';
  return statusCode >= 500 ? 'error' : 'info';
}

/**
 * The registered route. The path that the client sent may contain anything, so it is not logged; neither is
 * the query string.
 */
const pathOf = ({ routeOptions }: FastifyRequest): string => routeOptions.url ?? '(unknown)';

function factsOf(request: FastifyRequest, reply: FastifyReply): object {
  const { operation } = request.context;
  return {
    // Undefined properties are omitted from the JSON.
    method: request.method,
    path: pathOf(request),
    status: reply.statusCode,
    durationMs: Math.round(10 * reply.elapsedTime) / 10,
    bytes: Number(reply.getHeader('content-length') ?? 0),
    operation: operation?.name ?? undefined,
    operationType: operation?.type ?? undefined,
    outcome: outcomeOfRequest(request.context),
  };
}
