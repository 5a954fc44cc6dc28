import type { IncomingMessage } from 'node:http';
import type { GraphQLFormattedError } from 'graphql';
import { GraphQLError } from 'graphql';
import { isOwnOrigin } from '../common/own-origin.js';
import { requestIdOf, withRequestId } from '../common/request-id.js';
import { formatError } from './format-error.js';

interface SocketContext {
  readonly extra: unknown;
}

/**
 * The options of the WebSocket endpoint, which speaks the graphql-ws protocol at the path of the others. Errors
 * take the way that they take over HTTP. Browsers let any page open a socket to anywhere, so where a page comes
 * from is looked at here: a request without an origin comes from no browser.
 *
 * @param isAllowedOrigin as for HTTP
 */
export function subscriptionOptions(isAllowedOrigin: (origin: string) => boolean) {
  return {
    'graphql-ws': {
      onConnect: ({ extra }: SocketContext): boolean => {
        const { origin, host } = (extra as { request: IncomingMessage }).request.headers;
        return origin === undefined || isOwnOrigin(origin, host) || isAllowedOrigin(origin);
      },
      onNext: (_context: unknown, _id: string, _payload: unknown, _args: unknown, result: Result) =>
        result.errors === undefined ? undefined : { ...result, errors: allToPublic(result.errors) },
      onError: (_context: unknown, _id: string, _payload: unknown, errors: readonly unknown[]) =>
        allToPublic(errors),
    },
  };
}

interface Result {
  readonly errors?: readonly unknown[];
}

/** Each operation of a socket is a request of its own, which nobody has given an id before. */
const allToPublic = (errors: readonly unknown[]): GraphQLFormattedError[] =>
  withRequestId(requestIdOf(undefined), () => errors.map(toPublic));

function toPublic(error: unknown): GraphQLFormattedError {
  const known =
    error instanceof GraphQLError ? error : new GraphQLError('', { originalError: asError(error) });
  const { code } = known.extensions;
  // What is wrong with the document has no code yet; over HTTP, Apollo gives it one.
  const isDocuments = code === undefined && known.originalError === undefined;
  return formatError(
    isDocuments ? { ...known.toJSON(), extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } } : known.toJSON(),
    error,
  );
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
