import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ClientAddressOf } from '../common/client-address.js';
import type {} from '../common/incoming-request.js';
import { requestIdOf, withRequest } from '../common/request-context.js';
import type { OpenRequests } from '../common/request-deadline.js';
import { isSameSiteApiGet, SAME_SITE_API_GET } from '../graphql/same-site-api-get.js';

/**
 * Sets the id, the client address and the deadline of each request. Must be registered before all other
 * hooks.
 */
export function identifyRequests(
  server: FastifyInstance,
  openRequests: OpenRequests,
  addressOf: ClientAddressOf,
): void {
  server.addHook('onRequest', (request, reply, done) => {
    identify(request, reply, openRequests, addressOf);
    if (isSameSiteApiGet(request.method, request.headers)) request.headers[SAME_SITE_API_GET] = 'yes';
    done();
  });
  // The context starts after the body has arrived: events of the body belong to the connection, not to the
  // request.
  server.addHook('preHandler', (request, _reply, done) => {
    withRequest(request.context, done);
  });
}

export function identify(
  request: FastifyRequest,
  reply: FastifyReply,
  openRequests: OpenRequests,
  addressOf: ClientAddressOf,
): void {
  const id = requestIdOf(request.headers['x-request-id']);
  const deadline = openRequests.begin();
  request.id = id;
  request.context = { id, address: addressOf(request.raw), deadline };
  void reply.header('x-request-id', id);
  reply.raw.once('close', () => {
    deadline.close(!reply.raw.writableFinished);
    request.context.memory?.release();
  });
}
