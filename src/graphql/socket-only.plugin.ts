import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError, OperationTypeNode } from 'graphql';

/**
 * Rejects subscriptions over HTTP with a hint to WebSocket. Otherwise they would be executed and fail with an
 * internal error.
 */
export const socketOnlyPlugin: ApolloServerPlugin = {
  requestDidStart: () =>
    Promise.resolve({
      didResolveOperation: ({ operation }) =>
        operation?.operation === OperationTypeNode.SUBSCRIPTION
          ? Promise.reject(
              new GraphQLError('Subscriptions are served over WebSocket (graphql-transport-ws) only.', {
                extensions: { code: 'BAD_REQUEST', http: { status: 400 } },
              }),
            )
          : Promise.resolve(),
    }),
};
