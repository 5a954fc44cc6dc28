import type { Server } from 'node:http';
import type { FastifyHttpOptions } from 'fastify';
import type { Settings } from '../config/settings.js';
import { answerRefusal } from '../graphql/error.filter.js';
import { answerBrokenHttp } from './broken-http.js';
import { identify } from './identify-requests.js';

/** Longer than load balancers keep connections that nobody uses, so that none is closed as they send a request. */
const KEEP_ALIVE_MS = 72_000;
/** How long a request may take to arrive: its head, and all of it. */
const HEADERS_MS = 10_000;
const ARRIVAL_MS = 30_000;
const CHECK_MS = 1_000;

/** How HTTP is served: what is taken, for how long it may take to arrive, and whose word on addresses counts. */
export function serverOptions({ http, limits, times }: Settings) {
  return {
    bodyLimit: limits.maxBodyBytes,
    trustProxy: trustOf(http.trustProxy),
    // A client that sends its request byte by byte, or none, keeps no connection for longer than this.
    connectionTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: ARRIVAL_MS,
    http: { headersTimeout: HEADERS_MS, connectionsCheckingInterval: CHECK_MS },
    clientErrorHandler: answerBrokenHttp,
    // What is wrong with a path that no route can be looked up for; no hook runs then.
    frameworkErrors: (error, request, reply) => {
      identify(request, reply, times.requestMs);
      answerRefusal(error, request, reply);
    },
  } satisfies FastifyHttpOptions<Server>;
}

/** A number counts the proxies from the one that this server is reached through. */
function trustOf(
  proxies: Settings['http']['trustProxy'],
): string[] | false | ((address: string, hop: number) => boolean) {
  if (proxies === null) return false;
  return typeof proxies === 'number' ? (_address, hop) => hop < proxies : [...proxies];
}
