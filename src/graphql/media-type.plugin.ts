import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError } from 'graphql';
import Negotiator from 'negotiator';

const ANSWERED_IN = ['application/json; charset=utf-8', 'application/graphql-response+json; charset=utf-8'];

/**
 * Rejects a client that accepts none of our media types before its operation is executed. Apollo checks this
 * afterwards: a mutation would be executed although its response is an error.
 */
export const mediaTypePlugin: ApolloServerPlugin = {
  requestDidStart: () =>
    Promise.resolve({
      didResolveOperation: ({ request }) => {
        const accept = request.http?.headers.get('accept');
        return accept === undefined || new Negotiator({ headers: { accept } }).mediaType(ANSWERED_IN)
          ? Promise.resolve()
          : Promise.reject(
              new GraphQLError(`Responses are available as ${ANSWERED_IN.join(' or ')}.`, {
                extensions: { code: 'BAD_REQUEST', http: { status: 406 } },
              }),
            );
      },
    }),
};
