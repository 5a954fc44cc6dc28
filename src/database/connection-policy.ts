import type { Sequelize } from 'sequelize';

export type PooledConnection = Awaited<ReturnType<Sequelize['connectionManager']['getConnection']>>;

/** What a connection is acquired for. The types of Sequelize lack some of these options. */
export interface ConnectionPurpose {
  /** The type of the statement. */
  readonly type?: string;
  /** Sequelize's name for "must be the primary". */
  readonly useMaster?: boolean;
  /** The id of a transaction, which keeps the connection until it has ended. */
  readonly uuid?: string;
}

/** An acquired connection. */
export interface Lease {
  readonly connection: PooledConnection;
  /** Returns the connection to its pool. */
  release(): void;
  /** Called instead of `release` if the state of the connection is unknown. */
  destroy(): Promise<void>;
}

export type Acquire = (purpose: ConnectionPurpose) => Promise<Lease>;

/**
 * Decides when and from where a connection is acquired, and what happens before it is released. Most policies
 * call `next` and extend its lease.
 */
export type ConnectionPolicy = (purpose: ConnectionPurpose, next: Acquire) => Promise<Lease>;
