import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Sequelize } from 'sequelize';
import { currentRequest } from '../common/request-context.js';
import type { EndsWithRequest, RequestDeadline } from '../common/request-deadline.js';
import { connectionPoolOf, type PooledConnection } from './connection-pool.js';
import type { DatabaseAvailability } from './database-availability.js';

/** A statement may begin just after it was to be cancelled, so cancelling is repeated. */
const CANCEL_INTERVAL_MS = 100;
/** A PostgreSQL that does not answer for so long will not end a statement either: the connection is cut then. */
const CUT_AFTER_MS = 1_000;
/** How long the server may take to pass a wish to cancel on. */
const CANCEL_TIMEOUT_MS = 500;

/** What the driver has, and its types do not. */
interface Backend extends Pick<pg.Client, 'host' | 'port'> {
  readonly processID: number | null;
  readonly secretKey: number | null;
  /** No statement is under way. */
  readonly readyForQuery: boolean;
  readonly connection: { readonly stream: net.Socket };
}

/**
 * Ends, with a request, the statements that run for it: PostgreSQL is told to cancel them, over a socket of its own, so
 * that it needs no connection of the pool. A connection goes back to the pool once nothing is being cancelled on it:
 * whoever gets it next is not hit. Work that belongs to no request, or has a time limit of its own, passes.
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
  /** Undefined: nothing is being cancelled on it. */
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

/** What arrives too late goes back at once. */
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
        // It may arrive at any time: whoever had the connection next would be hit.
        this.backend.connection.stream.destroy();
      }
      if (this.isHeld) await sleep(isRunning ? CANCEL_INTERVAL_MS : 10);
    }
  }
}

const CANCEL_REQUEST_CODE = 80_877_102;

/**
 * As PostgreSQL's protocol has it, section "Canceling Requests in Progress": over a second connection, which the server closes
 * once it has passed the wish on. It is not encrypted, as with libpq up to version 16, and needs no password.
 * @returns false where nobody knows whether the wish has arrived, or will
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
    // Where it fails, the next try may succeed, and the connection is cut in the end.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      resolve(isKnown);
    });
    socket.on('connect', () => socket.write(message));
    socket.resume();
  });
}
