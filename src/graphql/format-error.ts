import { unwrapResolverError } from '@apollo/server/errors';
import { Logger } from '@nestjs/common';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { DomainError, ERROR_CODES, type ErrorCode, LIMIT_CODES } from '../common/domain-error.js';
import { currentRequest } from '../common/request-context.js';
import { toDomainError } from '../database/database-errors.js';
import { shortMessage } from './error-limits.js';
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
  return {
    ...shown,
    extensions: { ...extensions, ...(id === undefined ? {} : { requestId: id }) },
  };
}

function shownOf(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const original = causeOf(error);
  const domainError = toDomainError(original);
  if (domainError !== null) {
    logIfUnexpected(domainError);
    return {
      ...formatted,
      message: domainError.message,
      extensions: { code: domainError.code, ...domainError.details },
    };
  }
  const code = formatted.extensions?.code;
  if (original instanceof GraphQLError && isPublicCode(code)) {
    return { ...formatted, message: shortMessage(withoutLibrary(formatted.message)), extensions: { code } };
  }
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

/** Each request has a line in the log with its code, which says enough about these. */
const NOT_LOGGED: ReadonlySet<ErrorCode> = new Set([
  'BAD_USER_INPUT',
  'NOT_FOUND',
  'CONFLICT',
  'LIST_TOO_LONG',
  'RESPONSE_TOO_LARGE',
  'SERVER_OVERLOADED',
  'RECALCULATION_RUNNING',
  'RECALCULATION_NOT_RUNNING',
  'SUMMARY_BATCH_NOT_RUNNING',
  ...LIMIT_CODES,
]);

function logIfUnexpected(error: DomainError): void {
  if (NOT_LOGGED.has(error.code)) return;
  logger.warn(error);
}
