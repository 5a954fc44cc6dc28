import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { ASSET_POLICY, pagePolicy } from './content-security-policy.js';
import type { GraphiqlFiles } from './graphiql-files.js';
import { isPageVisit } from './is-page-visit.js';

const ENDPOINT = '/graphql';

/** Serves the page for browser visits of the endpoint, and its assets. Apollo handles all other requests. */
export function serveGraphiql(server: FastifyInstance, files: GraphiqlFiles): void {
  // A hook, because a second GET route would conflict with that of Apollo.
  server.addHook('onRequest', async (request, reply) => {
    if (request.method !== 'GET' || request.routeOptions.url !== ENDPOINT) return;
    varyByAccept(reply);
    if (isPageVisit(request.query, request.headers)) return sendPage(reply, files.page);
  });
  server.get<{ Params: { name: string } }>('/graphiql/assets/:name', (request, reply) => {
    const asset = files.assets.get(request.params.name);
    void reply.header('x-content-type-options', 'nosniff');
    if (asset === undefined) {
      return reply.code(404).header('cache-control', 'no-store').type('text/plain').send('Not found.\n');
    }
    // The name contains a hash of the content.
    return reply
      .header('cache-control', 'public, max-age=31536000, immutable')
      .header('content-security-policy', ASSET_POLICY)
      .type(asset.contentType)
      .send(asset.body);
  });
}

function sendPage(reply: FastifyReply, page: string): FastifyReply {
  const nonce = randomBytes(18).toString('base64url');
  return reply
    .headers({
      'cache-control': 'no-store',
      'content-security-policy': pagePolicy(nonce),
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    })
    .type('text/html; charset=utf-8')
    .send(page.replaceAll('{{nonce}}', nonce));
}

/** Keeps the values that CORS has added to Vary. */
function varyByAccept(reply: FastifyReply): void {
  const others = reply.getHeader('vary');
  void reply.header('vary', others === undefined ? 'Accept' : `${String(others)}, Accept`);
}
