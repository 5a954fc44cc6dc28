import { createServer, type Server } from 'node:http';
import type { FastifyHttpOptions } from 'fastify';
import { clientAddressOf, trustedProxies } from '../common/client-address.js';
import type { Settings } from '../config/settings.js';
import { answerRefusal } from '../graphql/error.filter.js';
import { answerBrokenHttp } from './malformed-http.js';
import { Connections } from './connections.js';
import { identify } from './identify-requests.js';
import { openFileLimit } from './open-file-limit.js';
import { UpgradeAwareRequest } from './websocket-offers.js';

/** Longer than load balancers keep connections that nobody uses, so that none is closed as they send a request. */
const KEEP_ALIVE_MS = 72_000;
/** How long a request may take to arrive: its head, and all of it. */
const HEADERS_MS = 10_000;
const ARRIVAL_MS = 30_000;
const CHECK_MS = 1_000;
const LINGER_MS = 5_000;
const MAX_UNREAD_BYTES = 64 * 1024 * 1024;
const UNREAD_GRACE_MS = 5_000;
/** A body takes about three times its size until its request is answered. */
const MAX_REQUEST_BYTES = 32 * 1024 * 1024;
/** Files that clients' connections leave to the rest of the process: the database, the model, the log. */
const RESERVED_FILES = 128;

/** The connections of the HTTP server, with the limits of the settings. */
export function connectionsOf({ http, times }: Settings): Connections {
  // A little later than the limits of Node.js, which answers 408 before it closes a connection.
  const arrivalMs = HEADERS_MS + 2 * CHECK_MS;
  return new Connections({
    maxCount: Math.min(http.maxConnections, Math.max(1, openFileLimit() - RESERVED_FILES)),
    firstRequestMs: arrivalMs,
    nextRequestMs: KEEP_ALIVE_MS + arrivalMs,
    writeMs: times.responseWriteMs,
    lingerMs: LINGER_MS,
    maxUnreadBytes: MAX_UNREAD_BYTES,
    unreadGraceMs: UNREAD_GRACE_MS,
    maxRequestBytes: MAX_REQUEST_BYTES,
  });
}

/** How HTTP is served: what is taken, for how long it may take to arrive, and whose word on addresses counts. */
export function serverOptions({ http, limits, times }: Settings, connections: Connections) {
  const addressOf = clientAddressOf(http.trustProxy);
  return {
    bodyLimit: limits.maxBodyBytes,
    trustProxy: trustedProxies(http.trustProxy),
    serverFactory: (handler) => {
      const server = createServer(
        {
          IncomingMessage: UpgradeAwareRequest,
          keepAliveTimeout: KEEP_ALIVE_MS,
          headersTimeout: HEADERS_MS,
          requestTimeout: ARRIVAL_MS,
          connectionsCheckingInterval: CHECK_MS,
          // A hook rejects requests without a host, in the shape of every other error.
          requireHostHeader: false,
        },
        handler,
      );
      connections.watch(server);
      return server;
    },
    clientErrorHandler: answerBrokenHttp,
    // What is wrong with a path that no route can be looked up for; no hook runs then.
    frameworkErrors: (error, request, reply) => {
      identify(request, reply, times.requestMs, addressOf);
      answerRefusal(error, request, reply);
    },
  } satisfies FastifyHttpOptions<Server>;
}
