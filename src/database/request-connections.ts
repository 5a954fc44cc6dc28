import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Sequelize } from 'sequelize';
import { currentRequest } from '../common/request-context.js';
import type { EndsWithRequest, RequestDeadline } from '../common/request-deadline.js';
import { connectionPoolOf, type PooledConnection } from './connection-pool.js';
import type { DatabaseAvailability } from './database-availability.js';

/** A statement may start just after the cancel request, so the request is repeated. */
const CANCEL_INTERVAL_MS = 100;
/**
 * If PostgreSQL does not respond for this time, it will not end the statement either, and the connection is
 * destroyed.
 */
const CUT_AFTER_MS = 1_000;
/** How long the server may take to process a cancel request. */
const CANCEL_TIMEOUT_MS = 500;

/** Internals of the driver that its types omit. */
interface Backend extends Pick<pg.Client, 'host' | 'port'> {
  readonly processID: number | null;
  readonly secretKey: number | null;
  /** True if no statement is running. */
  readonly readyForQuery: boolean;
  readonly connection: { readonly stream: net.Socket };
}

/**
 * Cancels the statements of a request when its deadline ends. The cancel request is sent over a socket of its
 * own, so it needs no pooled connection. A connection returns to the pool only after cancelling has ended, so
 * that it cannot affect the next user. Work without a request, or with its own time limit, is not affected.
 */
export function cancelQueriesOnDeadline(sequelize: Sequelize, availability: DatabaseAvailability): void {
  const pool = connectionPoolOf(sequelize);
  const getConnection = pool.getConnection.bind(pool);
  const releaseConnection = pool.releaseConnection.bind(pool);
  const destroyConnection = pool.destroyConnection.bind(pool);
  const holds = new Map<PooledConnection, HeldConnection>();

  pool.getConnection = async (options) => {
    const deadline = currentRequest()?.deadline;
    if (deadline === undefined) return getConnection(options);
    deadline.throwIfOver();
    availability.throwIfGone();
    const connection = await unlessOver(deadline, getConnection(options), releaseConnection);
    holds.set(connection, new HeldConnection(deadline, connection as unknown as Backend, availability));
    return connection;
  };
  /** Undefined: no statement is being cancelled on the connection. */
  const settle = (connection: PooledConnection): Promise<void> | undefined => {
    const hold = holds.get(connection);
    holds.delete(connection);
    return hold?.settle();
  };
  pool.releaseConnection = (connection) => {
    const settling = settle(connection);
    if (settling === undefined) releaseConnection(connection);
    else
      void settling.then(() => {
        releaseConnection(connection);
      });
  };
  pool.destroyConnection = async (connection) => {
    await settle(connection);
    await destroyConnection(connection);
  };
  pool.endStatement = (connection) => holds.get(connection)?.abort();
  sequelize.addHook('beforeQuery', ({ transaction, ...options }, query) => {
    if (transaction == null || 'completesTransaction' in options) return;
    holds.get((query as { connection: PooledConnection }).connection)?.deadline.throwIfOver();
  });
}

/** Releases a connection at once if it arrives after the deadline. */
function unlessOver(
  deadline: RequestDeadline,
  arriving: Promise<PooledConnection>,
  giveBack: (connection: PooledConnection) => void,
): Promise<PooledConnection> {
  return new Promise((resolve, reject) => {
    const waiting: EndsWithRequest = {
      abort: () => {
        reject(deadline.error ?? new Error('The request has ended.'));
      },
    };
    deadline.track(waiting);
    arriving.then(
      (connection) => {
        deadline.untrack(waiting);
        if (deadline.isOver) giveBack(connection);
        else resolve(connection);
      },
      (error: Error) => {
        deadline.untrack(waiting);
        reject(error);
      },
    );
  });
}

class HeldConnection implements EndsWithRequest {
  private isHeld = true;
  private cancelling: Promise<void> | undefined;

  constructor(
    readonly deadline: RequestDeadline,
    private readonly backend: Backend,
    private readonly availability: DatabaseAvailability,
  ) {
    deadline.track(this);
  }

  abort(): void {
    this.cancelling ??= this.cancel();
  }

  settle(): Promise<void> | undefined {
    this.isHeld = false;
    this.deadline.untrack(this);
    return this.cancelling;
  }

  private async cancel(): Promise<void> {
    const cutAt = performance.now() + CUT_AFTER_MS;
    while (this.isHeld) {
      const isRunning = !this.backend.readyForQuery;
      const isHopeless = performance.now() > cutAt || !this.availability.isAvailable;
      if (isRunning && isHopeless) this.backend.connection.stream.destroy();
      else if (isRunning && !(await sendCancelRequest(this.backend))) {
        // The cancel request may still arrive later, and would affect the next user of the connection.
        this.backend.connection.stream.destroy();
      }
      if (this.isHeld) await sleep(isRunning ? CANCEL_INTERVAL_MS : 10);
    }
  }
}

const CANCEL_REQUEST_CODE = 80_877_102;

/**
 * Implements "Canceling Requests in Progress" of PostgreSQL's protocol: a second connection, which the server
 * closes once it has processed the request. It is not encrypted, as with libpq up to version 16, and needs no
 * password.
 * @returns false if it is unknown whether the request has arrived or will arrive
 */
function sendCancelRequest({ host, port, processID, secretKey }: Backend): Promise<boolean> {
  const message = Buffer.alloc(16);
  message.writeInt32BE(16, 0);
  message.writeInt32BE(CANCEL_REQUEST_CODE, 4);
  message.writeInt32BE(processID ?? 0, 8);
  message.writeInt32BE(secretKey ?? 0, 12);
  const socket = host.startsWith('/') ? net.connect(`${host}/.s.PGSQL.${port}`) : net.connect({ host, port });
  return new Promise((resolve) => {
    let isKnown = true;
    socket.setTimeout(CANCEL_TIMEOUT_MS, () => {
      isKnown = false;
      socket.destroy();
    });
    // If it fails, the next attempt may succeed. In the end, the connection is destroyed.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      resolve(isKnown);
    });
    socket.on('connect', () => socket.write(message));
    socket.resume();
  });
}
