import type {} from 'fastify';
import type { RequestContext } from './request-context.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The request context, for hooks and for the operation. The first hook sets it. */
    context: RequestContext;
  }
}
