import type { ApolloServerPlugin } from '@apollo/server';
import { OperationTypeNode } from 'graphql';
import { currentRequest } from '../common/request-context.js';

/** Lets mutations complete if their client disconnects. Queries are aborted then. */
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
