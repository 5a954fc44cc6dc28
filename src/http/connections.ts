import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { AppEvent } from '../common/app-event.js';

/**
 * The reason why the server closed a connection:
 * - `idle`: the client sent no request in time, or did not close after the server had;
 * - `unread`: the client did not read the responses;
 * - `pipelined`: the client sent too many requests at once;
 * - `full`: there were too many connections;
 * - `unfinished`: incomplete requests took too much memory.
 */
export type CloseReason = 'idle' | 'unread' | 'pipelined' | 'full' | 'unfinished';

/** The server closed a connection that its client had left open. */
export const connectionClosed = new AppEvent<{ readonly reason: CloseReason }>('connection-closed');

export interface ConnectionLimits {
  /** Maximum number of open connections. */
  readonly maxCount: number;
  /**
   * From accepting the connection until the first complete request head, or until a WebSocket is accepted.
   */
  readonly firstRequestMs: number;
  /** Between the end of a response and the next complete request head. */
  readonly nextRequestMs: number;
  /** How long a client may take to read the data that the server has written. */
  readonly writeMs: number;
  /** How long a client may take to close its side after the server has closed its own. */
  readonly lingerMs: number;
  /**
   * Maximum unread data of all clients together. Above it, the connections with the oldest unread data are
   * closed, except those within the grace period.
   */
  readonly maxUnreadBytes: number;
  /** How long a client may leave data unread before its connection may be closed for `maxUnreadBytes`. */
  readonly unreadGraceMs: number;
  /**
   * Maximum data of requests without a complete response, of all clients together. Above it, the connections
   * with the oldest incomplete requests are closed.
   */
  readonly maxRequestBytes: number;
  /** How long a client may pause within an upload. */
  readonly uploadPauseMs: number;
}

/** Maximum number of requests on one connection that wait for a response. */
const MAX_PIPELINED = 100;
const SWEEP_MS = 1_000;
/** Shorter than the interval of the other checks: a fast client sends a lot of data in a second. */
const REQUEST_SWEEP_MS = 100;

interface Connection {
  readonly socket: Socket;
  /** Requests without a complete response. */
  requestCount: number;
  /**
   * The latest request, until all requests are answered. Earlier requests on the connection have arrived
   * completely.
   */
  request: IncomingMessage | null;
  /** Bytes that the client had sent when the server last finished all responses to it. */
  answeredBytes: number;
  /**
   * Since when the connection has had no request; null while it has one, or if it is an accepted WebSocket.
   */
  idleSince: number | null;
  idleLimitMs: number;
  /** The data that the client has to read next: everything written up to `position`, unread since `since`. */
  unread: { readonly position: number; readonly since: number } | null;
  /** When the server sent its last byte. */
  finishedAt: number | null;
  /** The bytes of the client at the last check of an upload, and since when there are no more; null: no upload. */
  upload: { readonly bytes: number; readonly since: number } | null;
}

/**
 * Tracks every connection of a server from accept to close. Node.js has timeouts for the head and the body of
 * a request. It has none for clients that do not read, for the time between requests, and for upgraded
 * sockets.
 */
export class Connections {
  private readonly open = new Map<Socket, Connection>();
  /** Connections without a request, ordered by `idleSince`. */
  private readonly idle = new Set<Connection>();
  /** Connections with a request, ordered by the start of their latest request. */
  private readonly requesting = new Set<Connection>();
  private sweeping: NodeJS.Timeout[] = [];

  constructor(private readonly limits: ConnectionLimits) {}

  watch(server: Server): void {
    server
      .on('connection', (socket) => {
        this.accept(socket);
      })
      .on('request', (message, response) => {
        const connection = this.open.get(message.socket);
        if (connection === undefined) return;
        this.beginRequest(connection, message);
        response.once('close', () => {
          this.endRequest(connection);
        });
      })
      .on('upgrade', ({ socket }) => {
        const connection = this.open.get(socket);
        if (connection !== undefined) this.becomeIdle(connection, this.limits.firstRequestMs);
      });
  }

  /**
   * Exempts an accepted WebSocket from the limits of idle connections. Its own pings detect a dead client.
   */
  keep(socket: Socket): void {
    const connection = this.open.get(socket);
    if (connection !== undefined) this.becomeUsed(connection);
  }

  /**
   * Treats the current request of a connection as an upload: its body takes no memory, and may take any time as long as bytes
   * arrive.
   */
  beginUpload(socket: Socket): void {
    const connection = this.open.get(socket);
    if (connection !== undefined) connection.upload = { bytes: socket.bytesRead, since: performance.now() };
  }

  isUploading(socket: Socket): boolean {
    return this.open.get(socket)?.upload != null;
  }

  /**
   * Whether there is memory for the body of a new request. If there is not, connections with incomplete
   * requests are closed.
   * @param socket the connection of the new request, which is neither counted nor closed
   */
  hasRoomForBody(socket: Socket): boolean {
    return this.limitRequestBytes(socket) <= this.limits.maxRequestBytes;
  }

  private accept(socket: Socket): void {
    // Node.js removes its own listener on an upgrade. An `error` event without a listener ends the process.
    socket.on('error', ignore);
    const connection: Connection = {
      socket,
      requestCount: 0,
      request: null,
      answeredBytes: 0,
      idleSince: null,
      idleLimitMs: 0,
      unread: null,
      finishedAt: null,
      upload: null,
    };
    this.open.set(socket, connection);
    this.becomeIdle(connection, this.limits.firstRequestMs);
    socket.once('close', () => {
      this.forget(connection);
    });
    if (this.sweeping.length === 0) this.beginSweeping();
    if (this.open.size > this.limits.maxCount) this.makeRoom(connection);
  }

  private forget(connection: Connection): void {
    this.open.delete(connection.socket);
    this.idle.delete(connection);
    this.requesting.delete(connection);
    if (this.open.size > 0) return;
    for (const timer of this.sweeping.splice(0)) clearInterval(timer);
  }

  private beginSweeping(): void {
    this.sweeping = [
      setInterval(() => {
        this.sweep();
      }, SWEEP_MS).unref(),
      setInterval(() => {
        this.limitRequestBytes();
      }, REQUEST_SWEEP_MS).unref(),
    ];
  }

  /** Waits for a request or, after an upgrade, until the WebSocket is accepted. */
  private becomeIdle(connection: Connection, limitMs: number): void {
    this.idle.delete(connection);
    this.idle.add(connection);
    connection.idleSince = performance.now();
    connection.idleLimitMs = limitMs;
  }

  private becomeUsed(connection: Connection): void {
    this.idle.delete(connection);
    connection.idleSince = null;
  }

  private beginRequest(connection: Connection, message: IncomingMessage): void {
    this.becomeUsed(connection);
    connection.request = message;
    this.requesting.delete(connection);
    this.requesting.add(connection);
    connection.requestCount += 1;
    if (connection.requestCount > MAX_PIPELINED) this.close(connection, 'pipelined');
  }

  private endRequest(connection: Connection): void {
    connection.requestCount -= 1;
    if (connection.requestCount > 0 || !this.open.has(connection.socket)) return;
    connection.request = null;
    connection.upload = null;
    connection.answeredBytes = connection.socket.bytesRead;
    this.requesting.delete(connection);
    this.becomeIdle(connection, this.limits.nextRequestMs);
  }

  /**
   * Closes the connection that has been idle for longest. If only the new connection is idle, closes the one
   * with the oldest incomplete request. A connection whose request has arrived completely is never chosen.
   */
  private makeRoom(accepted: Connection): void {
    const [longestIdle = accepted] = this.idle;
    const replaced = longestIdle === accepted ? (this.incomplete().next().value ?? accepted) : longestIdle;
    this.close(replaced, 'full');
  }

  /** Connections whose latest request is incomplete, oldest first. */
  private *incomplete(): Generator<Connection, undefined> {
    for (const connection of this.requesting) {
      if (connection.request?.complete === false) yield connection;
    }
  }

  /**
   * Closes connections with incomplete requests, oldest first, until the remaining ones are within the limit.
   * @param excluded a connection that is neither counted nor closed
   * @returns bytes that clients have sent of requests without a complete response
   */
  private limitRequestBytes(excluded?: Socket): number {
    let bytes = 0;
    for (const connection of this.requesting) {
      if (connection.socket !== excluded && connection.upload === null) bytes += requestBytesOf(connection);
    }
    if (bytes <= this.limits.maxRequestBytes) return bytes;
    for (const connection of [...this.incomplete()]) {
      if (connection.socket === excluded || connection.upload !== null) continue;
      bytes -= requestBytesOf(connection);
      this.close(connection, 'unfinished');
      if (bytes <= this.limits.maxRequestBytes) return bytes;
    }
    return bytes;
  }

  private sweep(): void {
    const now = performance.now();
    for (const connection of this.open.values()) this.check(connection, now);
    this.limitUnread(now);
  }

  private check(connection: Connection, now: number): void {
    const { socket, idleSince, idleLimitMs } = connection;
    connection.unread = unreadOf(connection, now);
    if (connection.upload !== null && connection.upload.bytes !== socket.bytesRead) {
      connection.upload = { bytes: socket.bytesRead, since: now };
    }
    if (socket.writableFinished) connection.finishedAt ??= now;
    if (connection.unread !== null && now - connection.unread.since > this.limits.writeMs) {
      this.close(connection, 'unread');
    } else if (connection.finishedAt !== null && now - connection.finishedAt > this.limits.lingerMs) {
      this.close(connection, 'idle');
    } else if (idleSince !== null && now - idleSince > idleLimitMs) {
      this.close(connection, 'idle');
    } else if (isStalled(connection, now, this.limits.uploadPauseMs)) {
      this.close(connection, 'idle');
    }
  }

  private limitUnread(now: number): void {
    const { maxUnreadBytes, unreadGraceMs } = this.limits;
    const unread = [...this.open.values()]
      .filter((connection) => connection.unread !== null)
      .sort((one, other) => (one.unread?.since ?? now) - (other.unread?.since ?? now));
    let bytes = unread.reduce((sum, { socket }) => sum + socket.writableLength, 0);
    for (const connection of unread) {
      if (bytes <= maxUnreadBytes || now - (connection.unread?.since ?? now) < unreadGraceMs) return;
      bytes -= connection.socket.writableLength;
      this.close(connection, 'unread');
    }
  }

  private close(connection: Connection, reason: CloseReason): void {
    connection.socket.destroy();
    this.forget(connection);
    connectionClosed.publish({ reason });
  }
}

const requestBytesOf = ({ socket, answeredBytes }: Connection): number => socket.bytesRead - answeredBytes;

const isStalled = ({ upload, request }: Connection, now: number, pauseMs: number): boolean =>
  upload !== null && request?.complete === false && now - upload.since > pauseMs;

/**
 * The timeout applies to the data that was unread when it started, so a client that keeps reading gets a new
 * timeout.
 */
function unreadOf({ socket, unread }: Connection, now: number): Connection['unread'] {
  if (socket.writableLength === 0) return null;
  const readCount = socket.bytesWritten - socket.writableLength;
  if (unread !== null && readCount < unread.position) return unread;
  return { position: socket.bytesWritten, since: now };
}

const ignore = (): void => undefined;
