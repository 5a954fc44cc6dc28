import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { type CloseReason, connectionClosed } from '../common/events.js';

export interface ConnectionLimits {
  /** Open connections at most. */
  readonly maxCount: number;
  /** From the connection to the first complete head of a request, or to a WebSocket that is let in. */
  readonly firstRequestMs: number;
  /** Between the end of a response and the complete head of the next request. */
  readonly nextRequestMs: number;
  /** How long a client may take to read what has been written for it. */
  readonly writeMs: number;
  /** How long a client may take to close its side after the server has closed its own. */
  readonly lingerMs: number;
  /**
   * What all clients together may leave unread. Beyond, the connections that have left something unread for longest are
   * closed, except those within the grace period.
   */
  readonly maxUnreadBytes: number;
  readonly unreadGraceMs: number;
  /**
   * What all clients together may have sent of requests without a complete response. Beyond, the connections that have sent
   * incomplete requests for longest are closed.
   */
  readonly maxRequestBytes: number;
}

/** Requests of one connection that wait for a response. */
const MAX_PIPELINED = 100;
const SWEEP_MS = 1_000;
/** More often than other limits are checked: a fast client sends a lot in a second. */
const REQUEST_SWEEP_MS = 100;

interface Connection {
  readonly socket: Socket;
  /** Requests without a complete response. */
  requestCount: number;
  /** The latest request without a complete response. Those before it on the connection are complete. */
  request: IncomingMessage | null;
  /** What the client had sent when it last had a response to each of its requests, in bytes. */
  answeredBytes: number;
  /** Since when no request is open; null while one is, and for a WebSocket that was let in. */
  idleSince: number | null;
  idleLimitMs: number;
  /** The first bytes that are still unread, as a position in all that was written. */
  unread: { readonly position: number; readonly since: number } | null;
  /** When the server has sent its last byte. */
  finishedAt: number | null;
}

/**
 * Watches every connection of a server from accept to close. Node.js has deadlines for the head and the body of a request, but
 * none for clients that do not read, for what comes between requests, and for sockets that have left HTTP by an upgrade.
 */
export class Connections {
  private readonly open = new Map<Socket, Connection>();
  /** Those without a request, in the order of `idleSince`. */
  private readonly idle = new Set<Connection>();
  /** Those with a request, in the order in which the latest of their requests began. */
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

  /** Exempts a WebSocket that was let in from the limits of idle connections; its pings find out whether its client lives. */
  keep(socket: Socket): void {
    const connection = this.open.get(socket);
    if (connection !== undefined) this.becomeUsed(connection);
  }

  /**
   * Whether the server has memory for the body of a request that begins. Closes other connections whose requests are incomplete if
   * it has not.
   * @param socket of that request, which neither counts nor is closed
   */
  hasRoomForBody(socket: Socket): boolean {
    return this.limitRequestBytes(socket) <= this.limits.maxRequestBytes;
  }

  private accept(socket: Socket): void {
    // Node.js removes its own listener when a connection leaves HTTP. An error without a listener ends the process.
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

  /** Waits for a request or, after an upgrade, for the WebSocket to be let in. */
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
    connection.answeredBytes = connection.socket.bytesRead;
    this.requesting.delete(connection);
    this.becomeIdle(connection, this.limits.nextRequestMs);
  }

  /**
   * Closes the connection that has been idle for longest; if only the new one is idle, the one that has sent an incomplete
   * request for longest. A client that has sent a whole request gets its response.
   */
  private makeRoom(accepted: Connection): void {
    const [longestIdle = accepted] = this.idle;
    const replaced = longestIdle === accepted ? (this.incomplete().next().value ?? accepted) : longestIdle;
    this.close(replaced, 'full');
  }

  /** Connections whose latest request is not complete, the longest such first. */
  private *incomplete(): Generator<Connection, undefined> {
    for (const connection of this.requesting) {
      if (connection.request?.complete === false) yield connection;
    }
  }

  /**
   * Closes connections whose requests are incomplete, the longest such first, until the others are within the limit.
   * @param spared a connection that neither counts nor is closed
   * @returns how many bytes clients have sent of requests without a complete response
   */
  private limitRequestBytes(spared?: Socket): number {
    let bytes = 0;
    for (const connection of this.requesting) {
      if (connection.socket !== spared) bytes += requestBytesOf(connection);
    }
    if (bytes <= this.limits.maxRequestBytes) return bytes;
    for (const connection of [...this.incomplete()]) {
      if (connection.socket === spared) continue;
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
    if (socket.writableFinished) connection.finishedAt ??= now;
    if (connection.unread !== null && now - connection.unread.since > this.limits.writeMs) {
      this.close(connection, 'unread');
    } else if (connection.finishedAt !== null && now - connection.finishedAt > this.limits.lingerMs) {
      this.close(connection, 'idle');
    } else if (idleSince !== null && now - idleSince > idleLimitMs) {
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

/** The deadline is for the bytes that were unread when it began, so that a client that reads gets a new one. */
function unreadOf({ socket, unread }: Connection, now: number): Connection['unread'] {
  if (socket.writableLength === 0) return null;
  const readCount = socket.bytesWritten - socket.writableLength;
  if (unread !== null && readCount < unread.position) return unread;
  return { position: socket.bytesWritten, since: now };
}

const ignore = (): void => undefined;
