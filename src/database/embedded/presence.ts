import pg from 'pg';
import { ADVISORY_LOCKS } from '../advisory-locks.js';

export interface ServerAddress {
  readonly port: number;
  /** Of the superuser `postgres`. */
  readonly password: string;
}

const CONNECT_TIMEOUT_MS = 5_000;

/**
 * One use of a server by a process: a connection that holds a shared lock. It vanishes with the process, however
 * that ends, so the server always knows who is left.
 */
export class Presence {
  private constructor(private readonly client: pg.Client) {}

  /** Resolves once the lock is held. @throws the driver's error, also where the server stops at this moment */
  static async register({ port, password }: ServerAddress): Promise<Presence> {
    const client = new pg.Client({
      host: '127.0.0.1',
      port,
      user: 'postgres',
      password,
      database: 'postgres',
      application_name: 'lead-scoring presence',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      ssl: false,
    });
    // A server that is killed must not end this process; requests that fail will tell.
    client.on('error', () => undefined);
    const presence = new Presence(client);
    try {
      await client.connect();
      // Waits while the last user stops the server, and fails when it has.
      await client.query('SELECT pg_advisory_lock_shared($1)', [ADVISORY_LOCKS.presence]);
      return presence;
    } catch (error) {
      await presence.close();
      throw error;
    }
  }

  async createDatabaseIfMissing(name: string): Promise<void> {
    const { rowCount } = await this.client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (rowCount !== 0) return;
    try {
      await this.client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
    } catch (error) {
      // Another process created it at the same moment (23505 where both were within the statement).
      if (!(error instanceof pg.DatabaseError) || !['42P04', '23505'].includes(error.code ?? '')) throw error;
    }
  }

  /** Ends this use; runs `stop` while nobody else can begin one, where this was the last. */
  async leave(stop: () => Promise<void>): Promise<void> {
    try {
      if (await this.isLast()) await stop();
    } finally {
      await this.close();
    }
  }

  /** Ends the connection, and the use with it. */
  async close(): Promise<void> {
    await this.client.end().catch(() => undefined);
  }

  /** Of several that leave at the same moment, at most one is the last, and one is. */
  private async isLast(): Promise<boolean> {
    try {
      await this.client.query('SELECT pg_advisory_unlock_shared($1)', [ADVISORY_LOCKS.presence]);
      const { rows } = await this.client.query<{ isLast: boolean }>(
        'SELECT pg_try_advisory_lock($1) AS "isLast"',
        [ADVISORY_LOCKS.presence],
      );
      return rows[0]?.isLast === true;
    } catch {
      // The server is gone already, or going.
      return false;
    }
  }
}
