import { type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import type { GraphQLError, GraphQLFormattedError, OperationDefinitionNode } from 'graphql';
import { formatError } from '../format-error.js';
import { CompiledQueries } from './compiled-queries.js';

/**
 * Executes frequent queries in compiled form, which takes less than half the time of GraphQL.js. If the
 * variables are invalid, GraphQL.js executes the query, so that clients get its familiar messages.
 */
export function compiledQueriesPlugin(): ApolloServerPlugin {
  const queries = new CompiledQueries();
  return {
    requestDidStart: () =>
      Promise.resolve({
        responseForOperation: async ({
          schema,
          document,
          operation,
          operationName,
          queryHash,
          contextValue,
          request,
        }) => {
          // Undefined if the request names none of several operations. Apollo's types do not include this
          // case.
          if ((operation as OperationDefinitionNode | undefined) === undefined) return null;
          const query = { schema, document, operation, operationName, hash: queryHash };
          const compiledQuery = queries.compiledQueryFor(query);
          if (compiledQuery === null) return null;
          const { data, errors } = await compiledQuery.query(
            undefined,
            contextValue,
            request.variables ?? {},
          );
          if (data === undefined) return null;
          return {
            http: { status: undefined, headers: new HeaderMap() },
            body: { kind: 'single', singleResult: { data, errors: errors?.map(shown) } },
          };
        },
      }),
  };
}

/** Formats errors as Apollo Server does. Errors of compiled queries may lack `extensions`. */
function shown(error: GraphQLError): GraphQLFormattedError {
  const { message, locations, path } = error;
  const { code = 'INTERNAL_SERVER_ERROR' } =
    (error.extensions as GraphQLError['extensions'] | undefined) ?? {};
  return formatError({ message, locations, path, extensions: { code } }, error);
}
