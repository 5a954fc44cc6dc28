import type { ApolloServerPlugin } from '@apollo/server';
import { currentRequest } from '../common/request-context.js';
import { AccessCheck } from './check-access.js';

/** Refuses an operation that its caller may not have done, as a whole and before compiled queries get to see it. */
export function accessPlugin(): ApolloServerPlugin {
  const check = new AccessCheck();
  return {
    requestDidStart: () =>
      Promise.resolve({
        didResolveOperation: ({ schema, document, operation }) => {
          if (operation === undefined) return Promise.resolve();
          const refusal = check.refusalOf(schema, document, operation, currentRequest());
          return refusal === null ? Promise.resolve() : Promise.reject(refusal);
        },
      }),
  };
}
