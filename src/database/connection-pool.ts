import type { Sequelize } from 'sequelize';

export type PooledConnection = Awaited<ReturnType<Sequelize['connectionManager']['getConnection']>>;

/** Options with which Sequelize acquires a connection. Its types lack some of them. */
export interface AcquireOptions {
  /** The type of the query for which the connection is acquired. */
  readonly type?: string;
  /** Sequelize's name for "must be the primary". */
  readonly useMaster?: boolean;
  /** The id of a transaction, which keeps the connection until it has ended. */
  readonly uuid?: string;
}

/**
 * Acquires and releases connections. Several wrappers can be combined, since each identifies a connection by
 * its object.
 */
export interface ConnectionPool {
  getConnection(options?: AcquireOptions): Promise<PooledConnection>;
  releaseConnection(connection: PooledConnection): void;
  /** Called instead of `releaseConnection` if the state of the connection is unknown. */
  destroyConnection(connection: PooledConnection): Promise<void>;
  /** Cancels the running statement of a request's connection. */
  endStatement?(connection: PooledConnection): void;
  /** The underlying pool. */
  readonly pool: {
    /** Maximum number of connections. */
    readonly maxSize: number;
    readonly size: number;
    readonly using: number;
    /** Number of callers that wait for a connection. */
    readonly waiting: number;
    readonly acquireTimeoutMillis: number;
  };
}

/** The connection manager of a Sequelize instance, whose types omit most of it. */
export const connectionPoolOf = ({ connectionManager }: Sequelize): ConnectionPool =>
  connectionManager as unknown as ConnectionPool;
