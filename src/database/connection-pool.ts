import type { Sequelize } from 'sequelize';

export type PooledConnection = Awaited<ReturnType<Sequelize['connectionManager']['getConnection']>>;

/** What Sequelize asks for a connection with, of what its types name and do not. */
export interface AcquireOptions {
  /** What is to be done with the connection. */
  readonly type?: string;
  /** Sequelize's own name for what has to be the primary. */
  readonly useMaster?: boolean;
  /** Of a transaction, which holds the connection until it has ended. */
  readonly uuid?: string;
}

/** What lends connections. Wrappings of it compose, as each knows a connection by itself alone. */
export interface ConnectionPool {
  getConnection(options?: AcquireOptions): Promise<PooledConnection>;
  releaseConnection(connection: PooledConnection): void;
  /** Instead of `releaseConnection`, where nobody knows what state it is in. */
  destroyConnection(connection: PooledConnection): Promise<void>;
  /** Cancels the statement that runs on a connection of a request. */
  endStatement?(connection: PooledConnection): void;
  /** The connections themselves. */
  readonly pool: {
    /** Most there may be. */
    readonly maxSize: number;
    readonly size: number;
    readonly using: number;
    /** How many wait for one. */
    readonly waiting: number;
    readonly acquireTimeoutMillis: number;
  };
}

/** The pool of an instance of Sequelize, whose types leave most of it out. */
export const connectionPoolOf = ({ connectionManager }: Sequelize): ConnectionPool =>
  connectionManager as unknown as ConnectionPool;
