import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSchema, createYoga } from 'graphql-yoga';
import { announce } from './announce.js';
import { dateTime } from './date-time.js';
import { makeContext, RESOLVERS, TYPE_DEFS } from './hand-written.js';

const yoga = createYoga({
  schema: createSchema({ typeDefs: TYPE_DEFS, resolvers: { ...RESOLVERS, DateTime: dateTime } }),
  context: makeContext,
  logging: false,
});
const server = createServer((request, response) => {
  void yoga(request, response);
});
server.listen(0, '127.0.0.1', () => {
  announce(`http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`);
});
