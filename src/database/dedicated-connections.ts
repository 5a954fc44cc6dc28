import pg from 'pg';
import { PersistentConnection, type PersistentConnectionOptions } from './persistent-connection.js';
import { openSession, sessionClass } from './session.js';

const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Connections outside the pool. They are for work that must not wait for the pool, and for work that lasts as
 * long as its session, such as listening.
 */
export class DedicatedConnections {
  constructor(private readonly url: string) {}

  /**
   * Opens a connection, which the caller must end. If it is lost, its queries fail and it emits `end`; its
   * `error` event does not end the process.
   * @param purpose part of the application name of the session in PostgreSQL
   */
  open(purpose: string, connectTimeoutMs = CONNECT_TIMEOUT_MS): Promise<pg.Client> {
    return openSession({ url: this.url, purpose, connectTimeoutMs });
  }

  /** A connection that is opened on demand and after it was lost. The caller must close it. */
  persistent(purpose: string, options: Omit<PersistentConnectionOptions, 'open'> = {}): PersistentConnection {
    const open = () => this.open(purpose, options.limitMs ?? CONNECT_TIMEOUT_MS);
    return new PersistentConnection({ ...options, open });
  }

  /** A separate pool for a library that needs one. The caller must end it. */
  pool(purpose: string, size: number): pg.Pool {
    const Client = sessionClass({ url: this.url, purpose, connectTimeoutMs: CONNECT_TIMEOUT_MS });
    const pool = new pg.Pool({
      Client,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      max: size,
    });
    pool.on('error', () => undefined);
    // graphile-worker requires an error listener for the pool's clients, and logs a warning otherwise.
    pool.on('connect', (client) => client.on('error', () => undefined));
    return pool;
  }
}
