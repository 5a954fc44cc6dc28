import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { requestEnded } from '../common/events.js';
import type {} from '../common/incoming-request.js';
import { outcomeOfRequest, withRequest } from '../common/request-context.js';
import type { Log } from './log.js';

/** They come every few seconds, from machines. */
const QUIET = /^\/(?:health|metrics)(?:\/|$)/;

/** Tells of each request over HTTP when its answer has gone, and logs a line. Registered after what identifies requests. */
export function logRequests(server: FastifyInstance, log: Log): void {
  server.addHook('onResponse', (request, reply, done) => {
    const { elapsedTime: durationMs, statusCode: status } = reply;
    const outcome = outcomeOfRequest(request.work);
    requestEnded.publish({ method: request.method, route: pathOf(request), status, outcome, durationMs });
    const level = levelOf(request, reply);
    if (log.isLevelEnabled(level)) {
      withRequest(request.work, () => {
        log[level](factsOf(request, reply), 'request');
      });
    }
    done();
  });
}

function levelOf(request: FastifyRequest, { statusCode }: FastifyReply): 'debug' | 'info' | 'error' {
  // Not ready is what a probe asks for, and no fault of its own.
  if (QUIET.test(pathOf(request))) return 'debug';
  return statusCode >= 500 ? 'error' : 'info';
}

/** As the server knows it: what somebody makes up stays out of the log, as does a query. */
const pathOf = ({ routeOptions }: FastifyRequest): string => routeOptions.url ?? '(unknown)';

function factsOf(request: FastifyRequest, reply: FastifyReply): object {
  const { operation } = request.work;
  return {
    // Undefined is left out.
    method: request.method,
    path: pathOf(request),
    status: reply.statusCode,
    durationMs: Math.round(10 * reply.elapsedTime) / 10,
    bytes: Number(reply.getHeader('content-length') ?? 0),
    operation: operation?.name ?? undefined,
    operationType: operation?.type ?? undefined,
    outcome: outcomeOfRequest(request.work),
  };
}
