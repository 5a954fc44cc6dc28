import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError, OperationTypeNode } from 'graphql';

/** Says where subscriptions are served. Else one that is sent over HTTP would be executed and fail as our own fault. */
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
