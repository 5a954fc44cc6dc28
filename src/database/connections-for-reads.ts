import { ConnectionAcquireTimeoutError, type Sequelize } from 'sequelize';
import { connectionPoolOf, type PooledConnection } from './connection-pool.js';

/** Of the pool's connections, rounded up: so many are never held by transactions. */
const SHARE_FOR_READS = 1 / 3;

const rooms = new WeakMap<Sequelize, Semaphore>();

/** How many transactions wait for room, and do not wait for a connection yet. */
export const waitingForRoom = (sequelize: Sequelize): number => rooms.get(sequelize)?.waitingCount ?? 0;

/**
 * Keeps some connections of the pool for what is no transaction. Those who write wait for one another's locks, for seconds
 * where all scores are calculated, and would else hold every connection while they do; those who read wait for no
 * lock. A transaction for which there is no room waits for it as long as for a connection, in its turn.
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

/** Lets so many in at a time; others wait in the order in which they come. */
class Semaphore {
  private readonly waiting = new Set<() => void>();

  constructor(
    private places: number,
    private readonly waitMs: number,
  ) {}

  get waitingCount(): number {
    return this.waiting.size;
  }

  /** @throws ConnectionAcquireTimeoutError where there is no place in time, as the pool itself does */
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
