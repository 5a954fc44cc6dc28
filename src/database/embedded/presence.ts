import pg from 'pg';
import { ADVISORY_LOCKS } from '../advisory-locks.js';

export interface ServerAddress {
  readonly port: number;
  /** The password of the superuser `postgres`. */
  readonly password: string;
}

const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Registers one process as a user of a server, with a connection that has a shared lock. PostgreSQL releases the lock
 * when the process ends for any reason, so the server always knows its remaining users.
 */
export class Presence {
  private constructor(private readonly client: pg.Client) {}

  /**
   * Resolves once the lock is acquired. @throws the driver's error, also if the server stops at this moment
   */
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
    // The end of the server must not end this process. Its requests fail instead.
    client.on('error', () => undefined);
    const presence = new Presence(client);
    try {
      await client.connect();
      // Waits while the last user stops the server, and fails when it has stopped.
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
      // Another process created it at the same time (23505 if both statements overlapped).
      if (!(error instanceof pg.DatabaseError) || !['42P04', '23505'].includes(error.code ?? '')) throw error;
    }
  }

  /**
   * Ends this use. If it was the last one, runs `stop` while no other process can start to use the server.
   */
  async leave(stop: () => Promise<void>): Promise<void> {
    try {
      if (await this.isLast()) await stop();
    } finally {
      await this.close();
    }
  }

  /** Closes the connection, which ends the use. */
  async close(): Promise<void> {
    await this.client.end().catch(() => undefined);
  }

  /** If several processes leave at the same time, exactly one is the last. */
  private async isLast(): Promise<boolean> {
    try {
      await this.client.query('SELECT pg_advisory_unlock_shared($1)', [ADVISORY_LOCKS.presence]);
      const { rows } = await this.client.query<{ isLast: boolean }>(
        'SELECT pg_try_advisory_lock($1) AS "isLast"',
        [ADVISORY_LOCKS.presence],
      );
      return rows[0]?.isLast === true;
    } catch {
      // The server has stopped, or is stopping.
      return false;
    }
  }
}
