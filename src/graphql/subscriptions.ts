import type { IncomingMessage } from 'node:http';
import type { GraphQLFormattedError } from 'graphql';
import { execute, type ExecutionArgs, GraphQLError, parse } from 'graphql';
import { isOwnOrigin } from '../common/own-origin.js';
import { type RequestContext, requestIdOf, withRequest } from '../common/request-context.js';
import { RequestDeadline } from '../common/request-deadline.js';
import { formatError } from './format-error.js';
import type { OpenSockets } from './open-sockets.js';

interface SocketContext {
  readonly extra: unknown;
}

/**
 * The options of the WebSocket endpoint, which speaks the graphql-ws protocol at the path of the others. Errors
 * take the way that they take over HTTP. Browsers let any page open a socket to anywhere, so where a page comes
 * from is looked at here: a request without an origin comes from no browser.
 *
 * @param isAllowedOrigin as for HTTP
 * @param requestTimeoutMs of a query or a mutation; a subscription goes on for as long as it is wanted
 */
export function subscriptionOptions(
  isAllowedOrigin: (origin: string) => boolean,
  requestTimeoutMs: number,
  sockets: OpenSockets,
) {
  /** The requests that queries and mutations are, by what they are executed with. */
  const requests = new WeakMap<object, RequestContext>();
  return {
    'graphql-ws': {
      execute: async (args: ExecutionArgs) => {
        const deadline = new RequestDeadline(requestTimeoutMs);
        const request = { id: requestIdOf(undefined), deadline };
        requests.set(args, request);
        try {
          return await withRequest(request, () => execute(args));
        } finally {
          deadline.close(false);
        }
      },
      onConnect: ({ extra }: SocketContext): boolean => {
        sockets.add((extra as { socket: Parameters<OpenSockets['add']>[0] }).socket);
        const { origin, host } = (extra as { request: IncomingMessage }).request.headers;
        return origin === undefined || isOwnOrigin(origin, host) || isAllowedOrigin(origin);
      },
      onSubscribe: (_context: unknown, _id: string, { query }: { readonly query: string }) =>
        syntaxErrorsOf(query),
      onNext: (_context: unknown, _id: string, _payload: unknown, args: object, result: Result) =>
        result.errors === undefined
          ? undefined
          : { ...result, errors: allToPublic(result.errors, requests.get(args)) },
      onError: (_context: unknown, _id: string, _payload: unknown, errors: readonly unknown[]) =>
        allToPublic(errors),
    },
  };
}

interface Result {
  readonly errors?: readonly unknown[];
}

/** Without this one, a document that cannot be parsed closes the socket, and with it whatever else runs there. */
function syntaxErrorsOf(query: string): GraphQLError[] | undefined {
  try {
    parse(query);
    return undefined;
  } catch (error) {
    const { message, source, positions } = error as GraphQLError;
    return [new GraphQLError(message, { source, positions, extensions: { code: 'GRAPHQL_PARSE_FAILED' } })];
  }
}

/** Each operation of a socket is a request of its own, which nobody has given an id before. */
const allToPublic = (
  errors: readonly unknown[],
  request: RequestContext = { id: requestIdOf(undefined) },
): GraphQLFormattedError[] => withRequest(request, () => errors.map(toPublic));

function toPublic(error: unknown): GraphQLFormattedError {
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
