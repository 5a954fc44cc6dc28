import { unwrapResolverError } from '@apollo/server/errors';
import { Logger } from '@nestjs/common';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { COMMON_ERROR_CODES, DomainError, type ErrorCode } from '../common/domain-error.js';
import { currentRequest } from '../common/request-context.js';
import { toDomainError } from '../database/database-errors.js';
import { shortMessage } from './error-limits.js';
import { GRAPHQL_ERROR_CODES, LIMIT_CODES } from './errors-and-events.js';

const logger = new Logger('GraphQL');

/**
 * Formats an error for clients. A DomainError keeps its message and code. For an unexpected error, clients
 * only get INTERNAL_SERVER_ERROR, and the log contains the details. Both contain the request id.
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
      extensions: {
        code: domainError.code,
        ...domainError.details,
        ...(domainError.problems === undefined ? {} : { problems: domainError.problems }),
      },
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

/** Clients must not learn which libraries the server uses. */
const withoutLibrary = (message: string): string =>
  message.replace(/^Apollo Server supports only/, 'This endpoint accepts only');

/** The cause of a validation error is not unwrapped by Apollo's function. */
function causeOf(error: unknown): unknown {
  const cause = error instanceof GraphQLError ? error.originalError : undefined;
  return cause instanceof DomainError ? cause : unwrapResolverError(error);
}

const PUBLIC_CODES: ReadonlySet<unknown> = new Set(
  [...COMMON_ERROR_CODES, ...GRAPHQL_ERROR_CODES].filter((code) => code !== 'INTERNAL_SERVER_ERROR'),
);

/** The errors of GraphQL.js and Apollo Server have no other codes that docs/errors.md explains. */
const isPublicCode = (code: unknown): boolean => PUBLIC_CODES.has(code);

/** Not logged as errors: the log line of each request contains its code, which is enough for these. */
const NOT_LOGGED: ReadonlySet<ErrorCode> = new Set([
  'BAD_USER_INPUT',
  'NOT_FOUND',
  'CONFLICT',
  'LIST_TOO_LONG',
  'RESPONSE_TOO_LARGE',
  'SERVER_OVERLOADED',
  'RATE_LIMITED',
  ...LIMIT_CODES,
]);

function logIfUnexpected(error: DomainError): void {
  if (error.isExpected || NOT_LOGGED.has(error.code)) return;
  logger.warn(error);
}
