import type { ApolloServerPlugin } from '@apollo/server';
import { OperationTypeNode } from 'graphql';
import { currentRequest } from '../common/request-context.js';

/** A query whose caller has gone is ended; a mutation is done to its end, as if the caller had gone a moment later. */
export const outlivingCallerPlugin: ApolloServerPlugin = {
  requestDidStart: () =>
    Promise.resolve({
      didResolveOperation: ({ operation }) => {
        const deadline = currentRequest()?.deadline;
        if (deadline !== undefined && operation?.operation === OperationTypeNode.MUTATION) {
          deadline.continuesAfterDisconnect = true;
        }
        return Promise.resolve();
      },
    }),
};
