import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { type Context, makeContext, RESOLVERS, TYPE_DEFS } from './hand-written.js';
import { dateTime } from './date-time.js';
import { announce } from './announce.js';

const server = new ApolloServer<Context>({
  typeDefs: TYPE_DEFS,
  resolvers: { ...RESOLVERS, DateTime: dateTime },
});
const { url } = await startStandaloneServer(server, {
  listen: { host: '127.0.0.1', port: 0 },
  context: () => Promise.resolve(makeContext()),
});
announce(url);
