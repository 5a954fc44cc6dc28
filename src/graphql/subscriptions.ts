import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { ExecutionArgs, GraphQLFormattedError } from 'graphql';
import { GraphQLError } from 'graphql';
import type { SocketAccess } from '../access/socket-access.js';
import type { ClientAddressOf } from '../common/client-address.js';
import { isOwnOrigin } from '../common/origins.js';
import { requestIdOf, withRequest } from '../common/request-context.js';
import type { FormatError } from './client-errors.js';
import { firstErrors } from './error-limits.js';
import { isDeeperThan } from './limits/document-limits.js';
import type { OpenSockets } from './open-sockets.js';
import type { SocketOperations, SocketPayload } from './socket-operations.js';
import { WebSocketOperationTracker } from './websocket-operation-tracker.js';
import { UseLimit } from './use-limit.js';

/** The close code for a message that violates the protocol. */
const BAD_MESSAGE = 4400;

/** Maximum nesting of the payload of a ping, which the pong repeats. */
const MAX_PING_DEPTH = 20;

/** The counterpart of HTTP 503: graphql-ws clients reconnect after a pause. */
const TRY_AGAIN_LATER = 1013;

interface SubscriptionOptions {
  /** The same check as for HTTP. */
  readonly isAllowedOrigin: (origin: string) => boolean;
  readonly addressOf: ClientAddressOf;
  readonly access: SocketAccess;
  readonly sockets: OpenSockets;
  readonly formatError: FormatError;
  readonly operations: SocketOperations;
  readonly maxSocketsPerCaller: number;
  /** Called with the connection of an accepted WebSocket. */
  readonly keepConnection: (connection: Socket) => void;
}

interface SocketContext {
  readonly extra: unknown;
  readonly connectionParams?: Readonly<Record<string, unknown>>;
  /** The ids that the client has chosen for its operations. */
  readonly subscriptions: Readonly<Record<string, unknown>>;
}

interface SocketExtra {
  readonly request: IncomingMessage;
  readonly socket: Parameters<SocketAccess['admit']>[0];
}

interface Result {
  readonly errors?: readonly unknown[];
}

/**
 * The options of the WebSocket endpoint, which uses the graphql-ws protocol at the path of the HTTP endpoint.
 * Errors are formatted as over HTTP. Browsers let any page open a WebSocket to any server, so the origin is
 * checked here. A request without an origin does not come from a browser.
 */
export function subscriptionOptions({
  isAllowedOrigin,
  addressOf,
  access,
  sockets,
  formatError,
  operations,
  maxSocketsPerCaller,
  keepConnection,
}: SubscriptionOptions) {
  const watch = new WebSocketOperationTracker();
  const socketsOfCallers = new UseLimit<string>(maxSocketsPerCaller);
  const shownErrors = (context: SocketContext, id: string, errors: readonly unknown[]) => {
    const request = watch.requestOf(context, id) ?? { id: requestIdOf(undefined) };
    const shown = firstErrors(
      withRequest(request, () => errors.map((error) => toPublic(error, formatError))),
    );
    watch.onErrors(context, id, shown);
    return shown;
  };
  const isLetIn = async ({ extra, connectionParams }: SocketContext): Promise<boolean> => {
    const { request, socket } = extra as SocketExtra;
    const { origin, host } = request.headers;
    const isFromOurs = origin === undefined || isOwnOrigin(origin, host) || isAllowedOrigin(origin);
    if (!isFromOurs) return false;
    const context = { id: requestIdOf(undefined), address: addressOf(request) };
    return withRequest(context, () => access.admit(socket, request, connectionParams));
  };
  const hasRoom = ({ extra }: SocketContext): boolean => {
    const { request, socket } = extra as SocketExtra;
    const caller = access.callerOf(socket)?.key ?? `address:${addressOf(request)}`;
    const end = socketsOfCallers.begin(caller);
    if (end === null) {
      socket.close(TRY_AGAIN_LATER, 'Too many open sockets of this caller');
      return false;
    }
    socket.once('close', end);
    return true;
  };
  return {
    'graphql-ws': {
      onConnect: async (context: SocketContext): Promise<boolean> => {
        sockets.add((context.extra as SocketExtra).socket);
        if (!(await isLetIn(context)) || !hasRoom(context)) return false;
        keepConnection((context.extra as SocketExtra).request.socket);
        watch.onConnect(context);
        return true;
      },
      onPing: ({ extra }: SocketContext, payload: Record<string, unknown> | null | undefined) => {
        if (!isDeeperThan(payload, MAX_PING_DEPTH)) return;
        (extra as SocketExtra).socket.close(BAD_MESSAGE, 'The payload of a ping is nested too deeply');
        // graphql-ws still serializes the payload, and deep nesting overflows the stack.
        for (const name of Object.keys(payload ?? {})) delete payload?.[name];
      },
      onDisconnect: (context: SocketContext) => {
        watch.onDisconnect(context);
      },
      onSubscribe: async (context: SocketContext, id: string, payload: SocketPayload) => {
        const { socket, request } = context.extra as SocketExtra;
        const operation = operations.begin(access.callerOf(socket));
        watch.onBegin(context, id, operation);
        const read = await operations.read(payload, operation, { id, socket, address: addressOf(request) });
        // The socket may have been closed while the operation waited.
        if (watch.requestOf(context, id) === undefined) operation.memory?.release();
        if ('schema' in read) watch.onRead(context, id, read.document, read.operationName);
        // graphql-ws calls no other hook if an operation fails after its client has completed it.
        else if (!(id in context.subscriptions)) watch.onEnd(context, id);
        return read;
      },
      execute: operations.execute,
      subscribe: operations.subscribe,
      onNext: (
        context: SocketContext,
        id: string,
        _payload: unknown,
        _args: ExecutionArgs,
        result: Result,
      ) =>
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

function toPublic(error: unknown, formatError: FormatError): GraphQLFormattedError {
  const known =
    error instanceof GraphQLError ? error : new GraphQLError('', { originalError: asError(error) });
  return formatError({ ...known.toJSON(), extensions: { code: codeOf(known) } }, error);
}

/** GraphQL.js sets no code for errors of the document or its variables. Over HTTP, Apollo sets it. */
function codeOf({ extensions, originalError }: GraphQLError): unknown {
  if (extensions.code !== undefined) return extensions.code;
  if (originalError === undefined) return 'GRAPHQL_VALIDATION_FAILED';
  // A scalar or an enum has rejected a value.
  return originalError instanceof GraphQLError ? 'BAD_USER_INPUT' : undefined;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
