import type { ApolloServerPlugin } from '@apollo/server';
import { OperationTypeNode } from 'graphql';
import { currentRequest } from '../common/request-context.js';
import type { EndsWithRequest } from '../common/request-deadline.js';

/** Lets mutations complete if their client disconnects. Queries are aborted then. */
export const continueAfterDisconnectPlugin: ApolloServerPlugin = {
  requestDidStart: () => {
    const deadline = currentRequest()?.deadline;
    if (deadline === undefined) return Promise.resolve();
    // A mutation is work of the request from its first step to its last, also between two statements.
    const mutation: EndsWithRequest = {
      abort: () => {
        deadline.untrack(mutation);
      },
    };
    return Promise.resolve({
      didResolveOperation: ({ operation }) => {
        if (operation?.operation === OperationTypeNode.MUTATION) {
          deadline.continuesAfterDisconnect = true;
          deadline.track(mutation);
        }
        return Promise.resolve();
      },
      willSendResponse: () => {
        deadline.untrack(mutation);
        return Promise.resolve();
      },
    });
  },
};
