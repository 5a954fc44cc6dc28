import type { ApolloServerPlugin } from '@apollo/server';
import { HeaderMap } from '@apollo/server';
import { GraphQLError } from 'graphql';
import type { DomainError } from '../../common/domain-error.js';
import { toDomainError } from '../../database/database-errors.js';
import { httpStatusOf } from '../http-status.js';
import type { DocumentLimits } from './document-limits.js';
import { errorOfVariables, withoutForbiddenNulls } from './incoming-variables.js';
import { analysisOf } from '../operation-analysis.js';
import type { AnswerAdmission } from '../answers/answer-admission.js';
import { currentRequest } from '../../common/request-context.js';
import type { OperationRates } from './operation-rates.js';

/** Applies the limits of documents, mutations and memory to HTTP operations, before they are executed. */
export function documentLimitsPlugin(
  limits: DocumentLimits,
  rates: OperationRates,
  admission: AnswerAdmission,
  callerOf: (context: object) => string,
): ApolloServerPlugin {
  return {
    requestDidStart: () =>
      Promise.resolve({
        didResolveOperation: async ({ schema, document, operation, request, contextValue }) => {
          // The request does not name one of several operations, or names one that does not exist.
          if (operation === undefined) return;
          const variables = withoutForbiddenNulls(schema, document, operation, request.variables);
          request.variables = variables;
          try {
            const incoming = { schema, document, operation, variables };
            limits.check(incoming);
            const error = errorOfVariables(schema, operation, variables);
            if (error !== null) throw error;
            const { mutations } = analysisOf(schema, document, operation);
            if (mutations !== null) await rates.countMutations(callerOf(contextValue), mutations);
            await admission.admit(incoming, currentRequest());
          } catch (error) {
            const domainError = toDomainError(error);
            throw domainError === null ? error : rejected(domainError);
          }
        },
      }),
  };
}

function rejected(domainError: DomainError): GraphQLError {
  const { status, headers } = httpStatusOf(domainError);
  const http: unknown = { status, headers: new HeaderMap(Object.entries(headers)) };
  return new GraphQLError(domainError.message, {
    originalError: domainError,
    extensions: { http: http as object },
  });
}
