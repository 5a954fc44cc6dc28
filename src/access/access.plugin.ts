import type { ApolloServerPlugin } from '@apollo/server';
import { currentRequest } from '../common/request-context.js';
import type { AccessCheck } from './check-access.js';

/** Rejects a whole operation if its caller lacks a role. Runs before compiled queries. */
export function accessPlugin(check: AccessCheck): ApolloServerPlugin {
  return {
    requestDidStart: () =>
      Promise.resolve({
        didResolveOperation: ({ schema, document, operation }) => {
          if (operation === undefined) return Promise.resolve();
          const violation = check.violationOf(schema, document, operation, currentRequest());
          return violation === null ? Promise.resolve() : Promise.reject(violation);
        },
      }),
  };
}
