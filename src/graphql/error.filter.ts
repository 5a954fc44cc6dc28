import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { ErrorCode } from '../common/domain-error.js';
import { setInContext, withRequest } from '../common/request-context.js';
import { toDomainError } from '../database/database-errors.js';
import type { GRAPHQL_ERROR_CODES } from './errors-and-events.js';
import { httpStatusOf } from './http-status.js';
import { formatError } from './format-error.js';

const INTERNAL_SERVER_ERROR = 500;

/**
 * Passes every error of a resolver on to `formatError`, which decides what the client and the log contain.
 * Without a filter, Nest logs each error as an unhandled exception with its stack, even an invalid e-mail
 * address.
 *
 * An error before GraphQL has the request, such as a body that is too long, has the same response format. So
 * clients find `errors` and a code in every response.
 */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): unknown {
    if (host.getType() !== 'http') return error;
    const http = host.switchToHttp();
    sendError(error, http.getRequest(), http.getResponse());
    return undefined;
  }
}

/** Responds to a request that fails before GraphQL processes it. */
export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const requestStatus = statusOf(error);
  // An error of the request itself is not a database error, even if its code looks like one, such as that of
  // a reset connection.
  const domainError = requestStatus === null ? toDomainError(error) : null;
  const { status, headers } =
    domainError === null
      ? { status: requestStatus ?? INTERNAL_SERVER_ERROR, headers: {} }
      : httpStatusOf(domainError);
  const shown = withRequest(request.context, () =>
    domainError === null
      ? shownFor(status, error)
      : formatError(new GraphQLError(domainError.message).toJSON(), domainError),
  );
  const { code } = shown.extensions ?? {};
  if (typeof code === 'string') setInContext(request.context, { rejectionCode: code });
  void reply
    .status(status)
    .headers(headers)
    .send({ errors: [shown] });
}

function shownFor(status: number, error: unknown): GraphQLFormattedError {
  const code = codeOfStatus(status);
  const message = code !== 'INTERNAL_SERVER_ERROR' && error instanceof Error ? error.message : '';
  const rejection = new GraphQLError(message, { extensions: { code } });
  return formatError(rejection.toJSON(), code === 'INTERNAL_SERVER_ERROR' ? error : rejection);
}

/**
 * The HTTP status of exceptions of Nest and errors of Fastify, which are about the request itself; null for
 * other errors.
 */
function statusOf(error: unknown): number | null {
  if (error instanceof HttpException) return error.getStatus();
  const { statusCode } = (error ?? {}) as { readonly statusCode?: unknown };
  return typeof statusCode === 'number' ? statusCode : null;
}

/** The code of a request that is rejected with an HTTP status before its document is read. */
function codeOfStatus(status: number): (typeof GRAPHQL_ERROR_CODES)[number] | ErrorCode {
  if (status === 401) return 'UNAUTHENTICATED';
  if (status === 403) return 'FORBIDDEN';
  if (status === 503) return 'SERVICE_UNAVAILABLE';
  if (status === 413) return 'PAYLOAD_TOO_LARGE';
  return status >= 400 && status < 500 ? 'BAD_REQUEST' : 'INTERNAL_SERVER_ERROR';
}
