import type {} from 'fastify';
import type { RequestContext } from './request-context.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** What is known of it, for whatever is done before and for its operation; there from its first hook on. */
    work: RequestContext;
  }
}
