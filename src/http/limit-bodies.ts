import type { FastifyInstance } from 'fastify';
import { DomainError } from '../common/domain-error.js';
import type { Connections } from './connections.js';

const RETRY_AFTER_SECONDS = 1;

/**
 * Rejects a request (503, SERVER_OVERLOADED) before its body is read if other requests use all the memory for
 * bodies.
 */
export function limitBodies(server: FastifyInstance, connections: Connections): void {
  server.addHook('onRequest', ({ headers, raw }, reply, done) => {
    const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
    if (!hasBody || connections.hasRoomForBody(raw.socket)) {
      done();
      return;
    }
    // If the connection stayed open, Node.js would read the body anyway, to find the next request.
    void reply.header('connection', 'close');
    done(
      new DomainError(
        'SERVER_OVERLOADED',
        'The server has no memory for another request at the moment. Nothing was changed; try again later.',
        { details: { retryAfterSeconds: RETRY_AFTER_SECONDS } },
      ),
    );
  });
}
