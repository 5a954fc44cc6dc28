import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { type CloseReason, connectionClosed } from '../common/happenings.js';

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
}

/** Requests of one connection that wait for a response. */
const MAX_PIPELINED = 100;
const SWEEP_MS = 1_000;

interface Connection {
  readonly socket: Socket;
  /** Requests without a complete response. */
  requestCount: number;
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
  private sweeping: NodeJS.Timeout | undefined;

  constructor(private readonly limits: ConnectionLimits) {}

  watch(server: Server): void {
    server
      .on('connection', (socket) => {
        this.accept(socket);
      })
      .on('request', ({ socket }, response) => {
        const connection = this.open.get(socket);
        if (connection === undefined) return;
        this.beginRequest(connection);
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

  private accept(socket: Socket): void {
    // Node.js removes its own listener when a connection leaves HTTP. An error without a listener ends the process.
    socket.on('error', ignore);
    const connection: Connection = {
      socket,
      requestCount: 0,
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
    this.sweeping ??= setInterval(() => {
      this.sweep();
    }, SWEEP_MS).unref();
    if (this.open.size > this.limits.maxCount) this.makeRoom();
  }

  private forget(connection: Connection): void {
    this.open.delete(connection.socket);
    this.idle.delete(connection);
    if (this.open.size > 0) return;
    clearInterval(this.sweeping);
    this.sweeping = undefined;
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

  private beginRequest(connection: Connection): void {
    this.becomeUsed(connection);
    connection.requestCount += 1;
    if (connection.requestCount > MAX_PIPELINED) this.close(connection, 'pipelined');
  }

  private endRequest(connection: Connection): void {
    connection.requestCount -= 1;
    if (connection.requestCount > 0 || !this.open.has(connection.socket)) return;
    this.becomeIdle(connection, this.limits.nextRequestMs);
  }

  /** Closes the connection that has been idle for longest. The new one is idle as well. */
  private makeRoom(): void {
    const [longestIdle] = this.idle;
    if (longestIdle !== undefined) this.close(longestIdle, 'full');
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
    connectionClosed.tell({ reason });
  }
}

/** The deadline is for the bytes that were unread when it began, so that a client that reads gets a new one. */
function unreadOf({ socket, unread }: Connection, now: number): Connection['unread'] {
  if (socket.writableLength === 0) return null;
  const readCount = socket.bytesWritten - socket.writableLength;
  if (unread !== null && readCount < unread.position) return unread;
  return { position: socket.bytesWritten, since: now };
}

const ignore = (): void => undefined;
