import type { FastifyInstance } from 'fastify';
import { DomainError } from '../common/domain-error.js';
import type { Readiness } from '../health/readiness.js';

/** What machines ask about a server that stops. */
export const OF_OPERATORS = /^\/(?:health|metrics)(?:\/|\?|$)/;

/** Takes no requests any more once the server drains, but those that ask after its health. */
export function refuseWhileDraining(server: FastifyInstance, readiness: Readiness): void {
  server.addHook('onRequest', (request, reply, done) => {
    // Whoever keeps the connection is to come back over another one, which a load balancer leads elsewhere.
    if (readiness.isShuttingDown) void reply.header('connection', 'close');
    if (!readiness.isDraining || OF_OPERATORS.test(request.url)) done();
    else done(new DomainError('SERVICE_UNAVAILABLE', 'The server is shutting down; try again.'));
  });
}
