import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError } from 'graphql';
import type { DocumentLimits } from './document-limits.js';

/** Holds what comes over HTTP to the limits of documents, before it is executed. */
export function documentLimitsPlugin(limits: DocumentLimits): ApolloServerPlugin {
  return {
    requestDidStart: () =>
      Promise.resolve({
        didResolveOperation: ({ schema, document, operationName, request }) => {
          try {
            limits.check({ schema, document, operationName, variables: request.variables });
            return Promise.resolve();
          } catch (error) {
            return Promise.reject(
              new GraphQLError((error as Error).message, {
                originalError: error as Error,
                extensions: { http: { status: 400 } },
              }),
            );
          }
        },
      }),
  };
}
