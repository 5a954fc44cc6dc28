import type { FastifyInstance } from 'fastify';
import { DomainError } from '../common/domain-error.js';
import type { Connections } from './connections.js';

const RETRY_AFTER_SECONDS = 1;

/** Rejects a request before its body is read (503, SERVER_OVERLOADED) if other requests take all the memory for requests. */
export function limitBodies(server: FastifyInstance, connections: Connections): void {
  server.addHook('onRequest', ({ headers, raw }, reply, done) => {
    const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
    if (!hasBody || connections.hasRoomForBody(raw.socket)) {
      done();
      return;
    }
    // On a connection that stays open, Node.js reads the body after all to find the next request.
    void reply.header('connection', 'close');
    done(
      new DomainError(
        'SERVER_OVERLOADED',
        'The server has no memory for another request at the moment, and nothing was done: try again later.',
        { details: { retryAfterSeconds: RETRY_AFTER_SECONDS } },
      ),
    );
  });
}
