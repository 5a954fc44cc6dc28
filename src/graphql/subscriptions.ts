import type { IncomingMessage } from 'node:http';
import type { DocumentNode, GraphQLFormattedError } from 'graphql';
import { GraphQLError, parse } from 'graphql';
import { isOwnOrigin } from '../common/own-origin.js';
import { requestIdOf, withRequest } from '../common/request-context.js';
import { formatError } from './format-error.js';
import { SocketWatch } from './socket-watch.js';

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
  const watch = new SocketWatch();
  const shownErrors = (context: SocketContext, id: string, errors: readonly unknown[]) => {
    const shown = allToPublic(errors);
    watch.onErrors(context, id, shown);
    return shown;
  };
  return {
    'graphql-ws': {
      onConnect: (context: SocketContext): boolean => {
        const { origin, host } = (context.extra as { request: IncomingMessage }).request.headers;
        const isLetIn = origin === undefined || isOwnOrigin(origin, host) || isAllowedOrigin(origin);
        if (isLetIn) watch.onConnect(context);
        return isLetIn;
      },
      onDisconnect: (context: SocketContext) => {
        watch.onDisconnect(context);
      },
      onSubscribe: (context: SocketContext, id: string, { query, operationName }: Payload) => {
        const { document, errors } = parsed(query);
        watch.onBegin(context, id, document, operationName);
        return errors;
      },
      onNext: (context: SocketContext, id: string, _payload: unknown, _args: unknown, result: Result) =>
        result.errors === undefined
          ? undefined
          : { ...result, errors: shownErrors(context, id, result.errors) },
      onError: (context: SocketContext, id: string, _payload: unknown, errors: readonly unknown[]) => {
        const shown = shownErrors(context, id, errors);
        watch.onEnd(context, id);
        return shown;
      },
      onComplete: (context: SocketContext, id: string) => {
        watch.onEnd(context, id);
      },
    },
  };
}

interface Payload {
  readonly query: string;
  readonly operationName?: string | null;
}

interface Result {
  readonly errors?: readonly unknown[];
}

interface Parsed {
  readonly document?: DocumentNode;
  readonly errors?: GraphQLError[];
}

/** Without this one, a document that cannot be parsed closes the socket, and with it whatever else runs there. */
function parsed(query: string): Parsed {
  try {
    return { document: parse(query) };
  } catch (error) {
    const { message, source, positions } = error as GraphQLError;
    return {
      errors: [
        new GraphQLError(message, { source, positions, extensions: { code: 'GRAPHQL_PARSE_FAILED' } }),
      ],
    };
  }
}

/** Each operation of a socket is a request of its own, which nobody has given an id before. */
const allToPublic = (errors: readonly unknown[]): GraphQLFormattedError[] =>
  withRequest({ id: requestIdOf(undefined) }, () => errors.map(toPublic));

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
