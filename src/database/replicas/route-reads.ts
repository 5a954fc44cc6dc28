import type pg from 'pg';
import { QueryTypes, type Sequelize } from 'sequelize';
import { type AcquireOptions, connectionPoolOf } from '../connection-pool.js';
import { readAgainOnPrimary, ReadRoute } from './read-route.js';
import type { ReadReplicas } from './read-replicas.js';
import type { Replica } from './replica.js';

const isRead = ({ type, useMaster, uuid }: AcquireOptions): boolean =>
  (type === 'read' || type === QueryTypes.SELECT) && useMaster !== true && uuid === undefined;

/**
 * Routes the reads of requests to replicas, if the request allows it, through Sequelize's connection manager.
 * Reads of other sessions' locks set `useMaster`, since replicas do not have them.
 */
export function routeReads(sequelize: Sequelize, replicas: ReadReplicas): void {
  const pool = connectionPoolOf(sequelize);
  const lent = new WeakMap<object, Replica>();
  const getConnection = pool.getConnection.bind(pool);
  const releaseConnection = pool.releaseConnection.bind(pool);

  pool.getConnection = async (options: AcquireOptions = {}) => {
    const route = isRead(options) ? ReadRoute.current(replicas) : null;
    const loan = await route?.lend();
    if (loan == null) return getConnection(options);
    lent.set(loan.client, loan.replica);
    return loan.client;
  };
  pool.releaseConnection = (connection) => {
    const replica = lent.get(connection);
    if (replica === undefined) releaseConnection(connection);
    else {
      lent.delete(connection);
      replica.release(connection as pg.Client);
    }
  };

  const query = sequelize.query.bind(sequelize) as (sql: unknown, options?: QueryOptions) => Promise<unknown>;
  const routed = (sql: unknown, options?: QueryOptions) =>
    options?.type === QueryTypes.SELECT && options.transaction == null
      ? readAgainOnPrimary(() => query(sql, options))
      : query(sql, options);
  sequelize.query = routed as typeof sequelize.query;
}

interface QueryOptions {
  readonly type?: string;
  readonly transaction?: unknown;
}
