import fastify from 'fastify';
import mercurius from 'mercurius';
import { announce } from './announce.js';
import { dateTime } from './date-time.js';
import { type Context, makeContext, RESOLVERS, TYPE_DEFS } from './hand-written.js';

declare module 'mercurius' {
  interface MercuriusContext {
    readonly interactions: Context['interactions'];
  }
}

const server = fastify();
await server.register(mercurius, {
  schema: TYPE_DEFS,
  resolvers: { ...RESOLVERS, DateTime: dateTime },
  context: makeContext,
  jit: 1,
});
announce(`${await server.listen({ host: '127.0.0.1', port: 0 })}/graphql`);
