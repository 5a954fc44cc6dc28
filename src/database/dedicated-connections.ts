import pg from 'pg';
import { openSession, sessionClass } from './session.js';

const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Connections outside the pool, for what must not wait until the pool has one to spare, and for what lasts as long
 * as its session: listening.
 */
export class DedicatedConnections {
  constructor(private readonly url: string) {}

  /**
   * Opens a connection, which the caller ends. Where it is lost, its queries fail and it says `end`; its error
   * ends no process.
   * @param purpose how PostgreSQL's own tools name the session
   */
  open(purpose: string, connectTimeoutMs = CONNECT_TIMEOUT_MS): Promise<pg.Client> {
    return openSession({ url: this.url, purpose, connectTimeoutMs });
  }

  /** A pool of its own for a library that wants one, which the caller ends. */
  pool(purpose: string, size: number): pg.Pool {
    const Client = sessionClass({ url: this.url, purpose, connectTimeoutMs: CONNECT_TIMEOUT_MS });
    const pool = new pg.Pool({
      Client,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      max: size,
    });
    pool.on('error', () => undefined);
    // graphile-worker wants a listener of the pool's own for errors of clients, and warns otherwise.
    pool.on('connect', (client) => client.on('error', () => undefined));
    return pool;
  }
}
