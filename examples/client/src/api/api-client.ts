import { ApolloClient, ApolloLink, HttpLink } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { OperationTypeNode } from 'graphql';
import { CloseCode, createClient } from 'graphql-ws';
import { createCache } from './cache.js';

export interface ApiClient {
  readonly client: ApolloClient;
  /** Aborts pending operations, and closes the socket. */
  readonly close: () => Promise<void>;
}

/**
 * A client of the API: queries and mutations over HTTP, subscriptions over a WebSocket at the same address.
 * @param url the endpoint, beginning with http: or https:
 * @param webSocketImpl required if the platform has none, for example before Node.js 22
 * @param token an API key or a login token, if the server requires authentication
 */
export function createApiClient(url: string, webSocketImpl?: unknown, token?: string): ApiClient {
  const credentials: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const socket = createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl,
    // Browsers cannot set headers of a WebSocket, so the first message contains the credentials.
    connectionParams: credentials,
    // A page stays open for days, during restarts of the server and standby of the computer.
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

/**
 * Retries a connection that was lost or could not be established, but not one that the server has forbidden.
 */
function isWorthAnotherTry(event: unknown): boolean {
  return typeof event === 'object' && event !== null && 'code' in event && event.code !== CloseCode.Forbidden;
}
