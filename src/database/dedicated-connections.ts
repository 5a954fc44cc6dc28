import pg from 'pg';

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
  async open(purpose: string, timeoutMs = CONNECT_TIMEOUT_MS): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.url,
      application_name: `lead-scoring ${purpose}`,
      connectionTimeoutMillis: timeoutMs,
      keepAlive: true,
    });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  /** A pool of its own for a library that wants one, which the caller ends. */
  pool(purpose: string, size: number): pg.Pool {
    const pool = new pg.Pool({
      connectionString: this.url,
      application_name: `lead-scoring ${purpose}`,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
      max: size,
    });
    pool.on('error', () => undefined);
    pool.on('connect', (client) => client.on('error', () => undefined));
    return pool;
  }
}
