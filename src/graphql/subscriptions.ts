import type { IncomingMessage } from 'node:http';
import type { GraphQLFormattedError } from 'graphql';
import { GraphQLError } from 'graphql';
import type { Caller } from '../common/caller.js';
import { isOwnOrigin } from '../common/own-origin.js';
import { requestIdOf, withRequest } from '../common/request-context.js';
import type { FormatError } from './client-errors.js';
import { readOperation, type SocketOperationsOptions, type SocketPayload } from './socket-operations.js';

interface SubscriptionOptions extends SocketOperationsOptions {
  /** As for HTTP. */
  readonly isAllowedOrigin: (origin: string) => boolean;
  readonly formatError: FormatError;
}

interface SocketContext {
  readonly extra: unknown;
}

/**
 * The options of the WebSocket endpoint, which speaks the graphql-ws protocol at the path of the others. Errors
 * take the way that they take over HTTP. Browsers let any page open a socket to anywhere, so where a page comes
 * from is looked at here: a request without an origin comes from no browser.
 */
export function subscriptionOptions({ isAllowedOrigin, formatError, ...operations }: SubscriptionOptions) {
  /** Each operation of a socket is a request of its own, which nobody has given an id before. */
  const allToPublic = (errors: readonly unknown[]): GraphQLFormattedError[] =>
    withRequest({ id: requestIdOf(undefined) }, () => errors.map((error) => toPublic(error, formatError)));
  return {
    'graphql-ws': {
      onConnect: ({ extra }: SocketContext): boolean => {
        const { origin, host } = (extra as { request: IncomingMessage }).request.headers;
        return origin === undefined || isOwnOrigin(origin, host) || isAllowedOrigin(origin);
      },
      onSubscribe: ({ extra }: SocketContext, _id: string, payload: SocketPayload) =>
        readOperation(payload, callerOfSocket(extra), operations),
      onNext: (_context: unknown, _id: string, _payload: unknown, _args: unknown, result: Result) =>
        result.errors === undefined ? undefined : { ...result, errors: allToPublic(result.errors) },
      onError: (_context: unknown, _id: string, _payload: unknown, errors: readonly unknown[]) =>
        allToPublic(errors),
    },
  };
}

/** A socket belongs to whoever opened it; where nobody said who that is, to where it comes from. */
function callerOfSocket(extra: unknown): string {
  const { caller, request } = extra as { caller?: Caller; request: IncomingMessage };
  return caller?.key ?? `address:${request.socket.remoteAddress ?? 'unknown'}`;
}

interface Result {
  readonly errors?: readonly unknown[];
}

function toPublic(error: unknown, formatError: FormatError): GraphQLFormattedError {
  const known =
    error instanceof GraphQLError ? error : new GraphQLError('', { originalError: asError(error) });
  return formatError({ ...known.toJSON(), extensions: { code: codeOf(known) } }, error);
}

/** What is wrong with the document or its variables has no code yet; over HTTP, Apollo gives it one. */
function codeOf({ extensions, originalError }: GraphQLError): unknown {
  if (extensions.code !== undefined) return extensions.code;
  if (originalError === undefined) return 'GRAPHQL_VALIDATION_FAILED';
  // A value that its scalar or enum refuses.
  return originalError instanceof GraphQLError ? 'BAD_USER_INPUT' : undefined;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
