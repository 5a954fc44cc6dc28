import { ConnectionAcquireTimeoutError, type Sequelize } from 'sequelize';

/** Of the pool's connections: so many are never held by transactions. */
const SHARE_FOR_READS = 1 / 3;

/** Of Sequelize. */
const DEFAULT_POOL = { max: 5, acquire: 60_000 };

type Pool = Sequelize['connectionManager'] & { destroyConnection(connection: Connection): Promise<void> };
type Connection = Awaited<ReturnType<Pool['getConnection']>>;

/** What Sequelize asks for a connection with. */
type AcquireOptions = Parameters<Pool['getConnection']>[0] & {
  /** Of a transaction. */
  readonly uuid?: string;
};

const rooms = new WeakMap<Sequelize, Room>();

/** How many transactions wait for room, and are not seen by the pool yet. */
export const waitingForRoom = (sequelize: Sequelize): number => rooms.get(sequelize)?.waitingCount ?? 0;

/**
 * Keeps some connections of the pool for what is no transaction. Those who write wait for one another's locks, for seconds
 * where all scores are calculated, and would else hold every connection while they do; those who read never wait for a
 * lock. A transaction for which there is no room waits for it as for any connection, in its turn.
 *
 * Wrappings of the same pool compose: this one knows a connection by itself alone.
 */
export function keepRoomForReads(sequelize: Sequelize): void {
  const { max, acquire } = sequelize.config.pool ?? DEFAULT_POOL;
  const pool = sequelize.connectionManager as Pool;
  const getConnection = pool.getConnection.bind(pool);
  const releaseConnection = pool.releaseConnection.bind(pool);
  const destroyConnection = pool.destroyConnection.bind(pool);
  const room = new Room(max - Math.ceil(max * SHARE_FOR_READS), acquire);
  rooms.set(sequelize, room);
  const held = new Set<Connection>();

  pool.getConnection = async (options: AcquireOptions) => {
    if (options.uuid === undefined) return getConnection(options);
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
  const leave = (connection: Connection) => {
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
class Room {
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
