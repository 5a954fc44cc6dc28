import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/sequelize';
import { QueryTypes, Sequelize } from 'sequelize';
import type {
  Acquire,
  ConnectionPolicy,
  ConnectionPurpose,
  Lease,
  PooledConnection,
} from './connection-policy.js';
import { reserveForReads, Semaphore } from './connections-for-reads.js';
import { DatabaseAvailability } from './database-availability.js';
import { readFromReplicas } from './replicas/read-from-replicas.js';
import { readAgainOnPrimary } from './replicas/read-route.js';
import { ReadReplicas } from './replicas/read-replicas.js';
import { cancelWithRequest } from './cancel-with-request.js';
import { prepareTransactions, retryConflicts } from './transactions.js';

/** The part of Sequelize's connection manager that its types omit. */
interface ConnectionManager {
  getConnection(purpose?: ConnectionPurpose): Promise<PooledConnection>;
  releaseConnection(connection: PooledConnection): void;
  destroyConnection(connection: PooledConnection): Promise<void>;
  readonly pool: {
    /** The maximum number of connections. */
    readonly maxSize: number;
    readonly size: number;
    readonly using: number;
    /** The number of callers that wait for a connection. */
    readonly waiting: number;
    readonly acquireTimeoutMillis: number;
  };
}

/**
 * All connections of the application's pool pass through this gate, which applies the policies. It replaces
 * the methods of Sequelize's connection manager, and nothing else does.
 */
@Injectable()
export class ConnectionGate {
  private readonly manager: ConnectionManager;
  private readonly transactions: Semaphore;
  private readonly leases = new Map<PooledConnection, Lease>();

  constructor(
    @InjectConnection() sequelize: Sequelize,
    availability: DatabaseAvailability,
    replicas: ReadReplicas,
  ) {
    this.manager = sequelize.connectionManager as unknown as ConnectionManager;
    const { maxSize, acquireTimeoutMillis } = this.manager.pool;
    this.transactions = Semaphore.forTransactions(maxSize, acquireTimeoutMillis);
    this.apply([
      // First, so that a request also stops waiting for the semaphore, and cancels statements on replicas.
      cancelWithRequest(sequelize, availability),
      ...(replicas.isConfigured ? [readFromReplicas(replicas)] : []),
      reserveForReads(this.transactions),
    ]);
    repeatStatements(sequelize);
    prepareTransactions(sequelize);
  }

  /** The maximum number of connections. */
  get maxCount(): number {
    return this.manager.pool.maxSize;
  }

  get openCount(): number {
    return this.manager.pool.size;
  }

  get usedCount(): number {
    return this.manager.pool.using;
  }

  /** The number of callers that wait for a connection. */
  get waitingCount(): number {
    return this.manager.pool.waiting + this.transactions.waitingCount;
  }

  private apply(policies: readonly ConnectionPolicy[]): void {
    const { manager, leases } = this;
    const getConnection = manager.getConnection.bind(manager);
    const releaseConnection = manager.releaseConnection.bind(manager);
    const destroyConnection = manager.destroyConnection.bind(manager);

    const leaseOf = (connection: PooledConnection): Lease => ({
      connection,
      release: () => {
        releaseConnection(connection);
      },
      destroy: () => destroyConnection(connection),
    });
    const acquire = policies.reduceRight<Acquire>(
      (next, policy) => (purpose) => policy(purpose, next),
      async (purpose) => leaseOf(await getConnection(purpose)),
    );
    /** A connection that was acquired before this gate existed has only the lease of the pool. */
    const take = (connection: PooledConnection): Lease => {
      const lease = leases.get(connection) ?? leaseOf(connection);
      leases.delete(connection);
      return lease;
    };

    manager.getConnection = async (purpose = {}) => {
      const lease = await acquire(purpose);
      leases.set(lease.connection, lease);
      return lease.connection;
    };
    manager.releaseConnection = (connection) => {
      take(connection).release();
    };
    manager.destroyConnection = (connection) => take(connection).destroy();
  }
}

interface StatementOptions {
  readonly type?: string;
  readonly transaction?: unknown;
}

/**
 * Repeats a statement outside transactions, which is a transaction of its own: if PostgreSQL has rolled it
 * back because of other transactions, or if it is a read and its replica has failed.
 */
export const repeatable = <Result>(isRead: boolean, run: () => Promise<Result>): Promise<Result> =>
  retryConflicts(() => (isRead ? readAgainOnPrimary(run) : run()));

/** Makes all statements outside transactions `repeatable`. */
function repeatStatements(sequelize: Sequelize): void {
  const query = sequelize.query.bind(sequelize) as (
    sql: unknown,
    options?: StatementOptions,
  ) => Promise<unknown>;
  const repeated = (sql: unknown, options?: StatementOptions) =>
    options?.transaction == null
      ? repeatable(options?.type === QueryTypes.SELECT, () => query(sql, options))
      : query(sql, options);
  sequelize.query = repeated as typeof sequelize.query;
}
