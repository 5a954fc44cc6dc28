import type { IncomingMessage } from 'node:http';
import type { ExecutionArgs, GraphQLFormattedError } from 'graphql';
import { GraphQLError, parse } from 'graphql';
import type { SocketAccess } from '../access/socket-access.js';
import { isOwnOrigin } from '../common/own-origin.js';
import { type RequestContext, requestIdOf, withRequest } from '../common/request-context.js';
import { formatError } from './format-error.js';
import { checkedOperations, type SocketOperationContext } from './socket-operations.js';

interface SocketContext {
  readonly extra: unknown;
  readonly connectionParams?: Readonly<Record<string, unknown>>;
}

/**
 * The options of the WebSocket endpoint, which speaks the graphql-ws protocol at the path of the others. Errors
 * take the way that they take over HTTP. Browsers let any page open a socket to anywhere, so where a page comes
 * from is looked at here: a request without an origin comes from no browser.
 */
export function subscriptionOptions(isAllowedOrigin: (origin: string) => boolean, access: SocketAccess) {
  return {
    'graphql-ws': {
      onConnect: ({ extra, connectionParams }: SocketContext): boolean | Promise<boolean> => {
        const { request, socket } = extra as SocketExtra;
        const { origin, host } = request.headers;
        const isFromOurs = origin === undefined || isOwnOrigin(origin, host) || isAllowedOrigin(origin);
        return isFromOurs && access.admit(socket, request, connectionParams);
      },
      // Each operation of a socket is a request of its own, which nobody has given an id before.
      context: (req: SocketContext): SocketOperationContext => ({
        req,
        request: {
          id: requestIdOf(undefined),
          caller: access.callerOf((req.extra as SocketExtra).socket),
        },
      }),
      ...checkedOperations(),
      onSubscribe: (_context: unknown, _id: string, { query }: { readonly query: string }) =>
        syntaxErrorsOf(query),
      onNext: (
        _context: unknown,
        _id: string,
        _payload: unknown,
        { contextValue }: ExecutionArgs,
        result: Result,
      ) =>
        result.errors === undefined
          ? undefined
          : {
              ...result,
              errors: allToPublic(result.errors, (contextValue as SocketOperationContext).request),
            },
      onError: (_context: unknown, _id: string, _payload: unknown, errors: readonly unknown[]) =>
        allToPublic(errors, { id: requestIdOf(undefined) }),
    },
  };
}

interface SocketExtra {
  readonly request: IncomingMessage;
  readonly socket: Parameters<SocketAccess['admit']>[0];
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

const allToPublic = (errors: readonly unknown[], request: RequestContext): GraphQLFormattedError[] =>
  withRequest(request, () => errors.map(toPublic));

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
