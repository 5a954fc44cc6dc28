import { ApolloClient, ApolloLink, HttpLink } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { OperationTypeNode } from 'graphql';
import { CloseCode, createClient } from 'graphql-ws';
import { createCache } from './cache.js';

export interface ApiClient {
  readonly client: ApolloClient;
  /** Ends what is under way, and closes the socket. */
  readonly close: () => Promise<void>;
}

/**
 * A client of the API: queries and mutations over HTTP, subscriptions over a WebSocket at the same address.
 * @param url the endpoint, beginning with http: or https:
 * @param webSocketImpl where the platform brings none: before Node.js 22, say
 * @param token an API key or a token of a login, where the server asks who calls
 */
export function createApiClient(url: string, webSocketImpl?: unknown, token?: string): ApiClient {
  const credentials: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const socket = createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl,
    // A browser gives a socket no headers: its first message has what they would have said.
    connectionParams: credentials,
    // A page stays open for days, over restarts of the server and nights with the lid closed.
    retryAttempts: Infinity,
    shouldRetry: isWorthAnotherTry,
  });
  const client = new ApolloClient({
    link: ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      new GraphQLWsLink(socket),
      new HttpLink({ uri: url, headers: credentials }),
    ),
    cache: createCache(),
  });
  return {
    client,
    close: async () => {
      client.stop();
      await socket.dispose();
    },
  };
}

/** A connection that was lost, or that could not be made; not one that the server does not want from this page. */
function isWorthAnotherTry(event: unknown): boolean {
  return typeof event === 'object' && event !== null && 'code' in event && event.code !== CloseCode.Forbidden;
}
