import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { INestApplicationContext } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';
import type { WebSocket, WebSocketServer } from 'ws';
import { endWithError } from '../http/malformed-http.js';

/** How long a client may take to answer a close frame. */
const CLOSE_TIMEOUT_MS = 5_000;
/** Maximum unread data of a client before the server stops reading from it. */
const MAX_UNREAD_BYTES = 1024 * 1024;

interface Adapter {
  readonly _subscriptionService?: { readonly wss: WebSocketServer };
}

/**
 * Limits the memory of one WebSocket. Nest creates the WebSocket server and has no options for it. By
 * default, a message may have 100 MiB, and the server stores responses without limit for a client that does
 * not read.
 * @param maxBytes of a message; a longer one closes its socket
 */
export function configureSocketServer(app: INestApplicationContext, maxBytes: number): void {
  const adapter = app.get(GraphQLModule, { strict: false }).graphQlAdapter as unknown as Adapter;
  const server = adapter._subscriptionService?.wss;
  if (server === undefined)
    throw new Error('Nest no longer stores the WebSocket server in _subscriptionService.');
  Object.assign(server.options, { maxPayload: maxBytes, closeTimeout: CLOSE_TIMEOUT_MS });
  server.on('connection', readOnlyWhileRead).on('connection', ignoreLostMessages);
  server.on('wsClientError', (error: Error, socket: Duplex) => {
    endWithError(socket, '400 Bad Request', `${error.message}.`, { 'sec-websocket-version': '13' });
  });
}

/** Stops reading from a client with too much unread data, until it has read. */
function readOnlyWhileRead(socket: WebSocket, { socket: connection }: IncomingMessage): void {
  const pauseWhereUnread = () => {
    if (socket.bufferedAmount > MAX_UNREAD_BYTES) socket.pause();
  };
  socket.on('message', pauseWhereUnread).on('ping', pauseWhereUnread);
  connection.on('drain', () => {
    if (socket.isPaused) socket.resume();
  });
}

/**
 * A client that disconnects does not get pending messages. graphql-ws would log an internal error for each of
 * them.
 */
function ignoreLostMessages(socket: WebSocket): void {
  const send = socket.send.bind(socket) as (data: string, callback: (error?: Error) => void) => void;
  const sendUnlessGone = (data: string, callback: (error?: Error) => void): void => {
    send(data, () => {
      callback();
    });
  };
  Object.assign(socket, { send: sendUnlessGone });
}
