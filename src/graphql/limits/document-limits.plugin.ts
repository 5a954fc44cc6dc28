import type { ApolloServerPlugin } from '@apollo/server';
import { HeaderMap } from '@apollo/server';
import { GraphQLError } from 'graphql';
import type { DomainError } from '../../common/domain-error.js';
import { toDomainError } from '../../database/database-errors.js';
import { refusalOf } from '../refusal.js';
import type { DocumentLimits } from './document-limits.js';
import { mutationCounts } from './mutation-counts.js';
import type { OperationRates } from './operation-rates.js';

/** Holds what comes over HTTP to the limits of documents and of mutations, before it is executed. */
export function documentLimitsPlugin(
  limits: DocumentLimits,
  rates: OperationRates,
  callerOf: (context: object) => string,
): ApolloServerPlugin {
  return {
    requestDidStart: () =>
      Promise.resolve({
        didResolveOperation: async ({ schema, document, operationName, request, contextValue }) => {
          try {
            limits.check({ schema, document, operationName, variables: request.variables });
            const counts = mutationCounts(schema, document, operationName);
            if (counts !== null) await rates.countMutations(callerOf(contextValue), counts);
          } catch (error) {
            const fault = toDomainError(error);
            throw fault === null ? error : refused(fault);
          }
        },
      }),
  };
}

function refused(fault: DomainError): GraphQLError {
  const { status, headers } = refusalOf(fault);
  const http: unknown = { status, headers: new HeaderMap(Object.entries(headers)) };
  return new GraphQLError(fault.message, { originalError: fault, extensions: { http: http as object } });
}
