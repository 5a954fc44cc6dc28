import type { INestApplicationContext } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';
import type { WebSocketServer } from 'ws';

interface Adapter {
  readonly _subscriptionService?: { readonly wss: WebSocketServer };
}

/**
 * Holds messages of sockets to the size of bodies; a longer one closes its socket. Nest makes the server of sockets by
 * itself and has no option for that: without this, a message may have 100 MiB.
 */
export function limitSocketMessages(app: INestApplicationContext, maxBytes: number): void {
  const adapter = app.get(GraphQLModule, { strict: false }).graphQlAdapter as unknown as Adapter;
  const server = adapter._subscriptionService?.wss;
  if (server === undefined) throw new Error('The server of sockets is not where it was.');
  server.options.maxPayload = maxBytes;
}
