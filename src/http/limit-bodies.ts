import type { FastifyInstance } from 'fastify';
import { DomainError } from '../common/domain-error.js';
import type { Connections } from './connections.js';

const RETRY_AFTER_SECONDS = 1;

/** Rejects requests before their bodies are read while clients send more at once than the server has memory for. */
export function limitBodies(server: FastifyInstance, connections: Connections): void {
  server.addHook('onRequest', ({ headers }, reply, done) => {
    const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
    if (!hasBody || connections.hasRoomForBody()) {
      done();
      return;
    }
    // The body would be read after all for the sake of the next request on the connection.
    void reply.header('connection', 'close');
    done(
      new DomainError(
        'SERVER_OVERLOADED',
        'Clients send more to the server than it can take at once, and nothing was done: try again later.',
        { details: { retryAfterSeconds: RETRY_AFTER_SECONDS } },
      ),
    );
  });
}
