import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyHttpOptions } from 'fastify';
import { clientAddressOf, trustedProxies } from '../common/client-address.js';
import type { OpenRequests } from '../common/request-deadline.js';
import type { Settings } from '../config/settings.js';
import { sendError } from '../graphql/error.filter.js';
import { answerMalformedHttp } from './malformed-http.js';
import { Connections } from './connections.js';
import { identify } from './identify-requests.js';
import { UpgradeAwareRequest } from './websocket-offers.js';

/**
 * Longer than load balancers keep idle connections, so that the server closes none while a request is being
 * sent.
 */
const KEEP_ALIVE_MS = 72_000;
/** Timeouts for a request to arrive: its head, and the whole request. */
const HEADERS_MS = 10_000;
const ARRIVAL_MS = 30_000;
const CHECK_MS = 1_000;
const LINGER_MS = 5_000;
const MAX_UNREAD_BYTES = 64 * 1024 * 1024;
const UNREAD_GRACE_MS = 5_000;
/** A body takes about three times its size in memory until the response is sent. */
const MAX_REQUEST_BYTES = 32 * 1024 * 1024;
/** File descriptors reserved for the rest of the process: the database, the model, the log. */
const RESERVED_FILES = 128;

/** Creates the connection tracker of the HTTP server with the limits from the settings. */
export function connectionsOf({ http, times }: Settings): Connections {
  // Slightly above the timeouts of Node.js, which answers 408 before it closes a connection.
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
    uploadPauseMs: ARRIVAL_MS,
  });
}

/** Fastify options: limits of requests, timeouts, trusted proxies and the HTTP server itself. */
export function serverOptions(
  { http, limits }: Settings,
  connections: Connections,
  openRequests: OpenRequests,
) {
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
          // A hook rejects requests without a host, in the format of all other errors.
          requireHostHeader: false,
        },
        handler,
      );
      connections.watch(server);
      return server;
    },
    clientErrorHandler: (error: Error & { code?: string }, socket: Socket) => {
      // Node.js reports a request that takes too long once. Connections limits the pauses of an upload.
      if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && connections.isUploading(socket)) return;
      answerMalformedHttp(error, socket);
    },
    // Called if the path is so malformed that no route can be looked up. No hook runs then.
    frameworkErrors: (error, request, reply) => {
      identify(request, reply, openRequests, addressOf);
      sendError(error, request, reply);
    },
  } satisfies FastifyHttpOptions<Server>;
}

/** The limit of open files and connections of this process; Infinity if the system does not provide it. */
function openFileLimit(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8');
    return Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? Infinity);
  } catch {
    return Infinity;
  }
}
