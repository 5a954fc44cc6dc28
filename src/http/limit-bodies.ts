import type { FastifyInstance } from 'fastify';
import { DomainError } from '../common/domain-error.js';
import type {} from '../common/route-rules.js';
import type { Connections } from './connections.js';

const RETRY_AFTER_SECONDS = 1;

/**
 * Rejects a request (503, SERVER_OVERLOADED) before its body is read if other requests use all the memory for
 * bodies. An upload takes no memory.
 */
export function limitBodies(server: FastifyInstance, connections: Connections): void {
  server.addHook('onRequest', ({ headers, raw, routeOptions }, reply, done) => {
    if (routeOptions.config.rules?.isUpload === true) {
      connections.beginUpload(raw.socket);
      done();
      return;
    }
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
