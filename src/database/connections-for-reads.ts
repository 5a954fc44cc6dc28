import { ConnectionAcquireTimeoutError, type Sequelize } from 'sequelize';
import { connectionPoolOf, type PooledConnection } from './connection-pool.js';

/** The share of the pool, rounded up, that transactions cannot use. */
const SHARE_FOR_READS = 1 / 3;

const rooms = new WeakMap<Sequelize, Semaphore>();

/** Number of transactions that wait for the semaphore, and therefore not yet for a connection. */
export const waitingForRoom = (sequelize: Sequelize): number => rooms.get(sequelize)?.waitingCount ?? 0;

/**
 * Reserves some connections of the pool for statements outside transactions. Writers wait for each other's
 * locks, for seconds during a recalculation, and would otherwise use all connections. Readers wait for no
 * locks. A transaction waits for the semaphore in order of arrival, as long as for a connection.
 */
export function reserveConnectionsForReads(sequelize: Sequelize): void {
  const pool = connectionPoolOf(sequelize);
  const { maxSize, acquireTimeoutMillis } = pool.pool;
  const getConnection = pool.getConnection.bind(pool);
  const releaseConnection = pool.releaseConnection.bind(pool);
  const destroyConnection = pool.destroyConnection.bind(pool);
  const room = new Semaphore(maxSize - Math.ceil(maxSize * SHARE_FOR_READS), acquireTimeoutMillis);
  rooms.set(sequelize, room);
  const held = new Set<PooledConnection>();

  pool.getConnection = async (options) => {
    if (options?.uuid === undefined) return getConnection(options);
    await room.enter();
    try {
      const connection = await getConnection(options);
      held.add(connection);
      return connection;
    } catch (error) {
      room.leave();
      throw error;
    }
  };
  const leave = (connection: PooledConnection) => {
    if (held.delete(connection)) room.leave();
  };
  pool.releaseConnection = (connection) => {
    try {
      releaseConnection(connection);
    } finally {
      leave(connection);
    }
  };
  pool.destroyConnection = async (connection) => {
    try {
      await destroyConnection(connection);
    } finally {
      leave(connection);
    }
  };
}

/** Admits a limited number of users; others wait in order of arrival. */
class Semaphore {
  private readonly waiting = new Set<() => void>();

  constructor(
    private places: number,
    private readonly waitMs: number,
  ) {}

  get waitingCount(): number {
    return this.waiting.size;
  }

  /** @throws ConnectionAcquireTimeoutError after the timeout, as the pool itself does */
  enter(): Promise<void> {
    if (this.places > 0) {
      this.places -= 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(enter);
        reject(
          new ConnectionAcquireTimeoutError(new Error('Transactions hold all connections that they may.')),
        );
      }, this.waitMs);
      const enter = () => {
        clearTimeout(timer);
        resolve();
      };
      this.waiting.add(enter);
    });
  }

  leave(): void {
    const [next] = this.waiting;
    if (next === undefined) this.places += 1;
    else {
      this.waiting.delete(next);
      next();
    }
  }
}
