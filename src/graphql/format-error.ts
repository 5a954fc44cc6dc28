import { unwrapResolverError } from '@apollo/server/errors';
import { Logger } from '@nestjs/common';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { DomainError, ERROR_CODES, type ErrorCode, LIMIT_CODES } from '../common/domain-error.js';
import { currentRequest } from '../common/request-context.js';
import { toDomainError } from '../database/database-errors.js';
import { GRAPHQL_ERROR_CODES } from './graphql-error-codes.js';

const logger = new Logger('GraphQL');

/**
 * What a client gets to see of an error: one whose message was written for it keeps its message and code;
 * of anything else it learns no more than that it happened, and the log has the rest. The id of the request is with
 * both.
 */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const { extensions, ...shown } = shownOf(formatted, error);
  const id = currentRequest()?.id;
  return { ...shown, extensions: { ...extensions, ...(id === undefined ? {} : { requestId: id }) } };
}

function shownOf(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const original = causeOf(error);
  const domainError = toDomainError(original);
  if (domainError !== null) {
    logUnlessClientsFault(domainError);
    return {
      ...formatted,
      message: domainError.message,
      extensions: { code: domainError.code, ...domainError.details },
    };
  }
  const code = formatted.extensions?.code;
  if (original instanceof GraphQLError && isPublicCode(code)) {
    return { ...formatted, message: withoutLibrary(formatted.message), extensions: { code } };
  }
  if (isRefusedBeforeExecution(original)) return { ...formatted, extensions: { code: 'BAD_USER_INPUT' } };
  logger.error(original);
  return {
    ...formatted,
    message: 'Something went wrong on our side.',
    extensions: { code: 'INTERNAL_SERVER_ERROR' },
  };
}

/** What the server is made of is nobody's business. */
const withoutLibrary = (message: string): string =>
  message.replace(/^Apollo Server supports only/, 'This endpoint takes only');

/** GraphQL.js gives up on variables of which very many are wrong, which Apollo does not know for a fault of the client. */
const isRefusedBeforeExecution = (error: unknown): boolean =>
  error instanceof GraphQLError &&
  error.message.startsWith('Too many errors processing variables') &&
  error.path === undefined &&
  error.originalError === undefined;

/** Of an error of validation, Apollo's function leaves the cause where it is. */
function causeOf(error: unknown): unknown {
  const cause = error instanceof GraphQLError ? error.originalError : undefined;
  return cause instanceof DomainError ? cause : unwrapResolverError(error);
}

const PUBLIC_CODES: ReadonlySet<unknown> = new Set(
  [...ERROR_CODES, ...GRAPHQL_ERROR_CODES].filter((code) => code !== 'INTERNAL_SERVER_ERROR'),
);

/** Clients see no code that docs/errors.md does not explain. */
const isPublicCode = (code: unknown): boolean => PUBLIC_CODES.has(code);

const FAULTS_OF_CLIENTS: ReadonlySet<ErrorCode> = new Set([
  'BAD_USER_INPUT',
  'NOT_FOUND',
  'CONFLICT',
  'LIST_TOO_LONG',
  'RECALCULATION_RUNNING',
  'RESCORE_NOT_RUNNING',
  'SUMMARY_BATCH_NOT_RUNNING',
  ...LIMIT_CODES,
]);

function logUnlessClientsFault(error: DomainError): void {
  if (FAULTS_OF_CLIENTS.has(error.code)) return;
  logger.warn(error);
}
