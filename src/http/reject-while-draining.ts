import type { FastifyInstance } from 'fastify';
import { DomainError } from '../common/domain-error.js';
import type { Readiness } from '../health/readiness.js';

/** Paths of monitoring systems. The server responds to them even while it stops. */
export const OF_OPERATORS = /^\/(?:health|metrics)(?:\/|\?|$)/;

/** While the server drains, rejects all requests except those for health and metrics. */
export function rejectWhileDraining(server: FastifyInstance, readiness: Readiness): void {
  server.addHook('onRequest', (request, reply, done) => {
    // Makes the client open a new connection, which the load balancer routes to another server.
    if (readiness.isShuttingDown) void reply.header('connection', 'close');
    if (!readiness.isDraining || OF_OPERATORS.test(request.url)) done();
    else done(new DomainError('SERVICE_UNAVAILABLE', 'The server is shutting down; try again.'));
  });
}
