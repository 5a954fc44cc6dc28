import type pg from 'pg';
import type { DedicatedConnections } from './dedicated-connections.js';
import { cutConnection } from './session.js';
import { StatementCanceller } from './statement-canceller.js';

/** A read-only transaction over a connection of its own. All of its statements see the database at one instant. */
export class ReadSnapshot {
  private isAborted = false;

  private constructor(readonly client: pg.Client) {}

  /** @param purpose part of the application name of the session in PostgreSQL */
  static async open(connections: DedicatedConnections, purpose: string): Promise<ReadSnapshot> {
    const client = await connections.open(purpose);
    try {
      await client.query('START TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    } catch (error) {
      cutConnection(client);
      throw error;
    }
    return new ReadSnapshot(client);
  }

  /** Ends the session after everything was read completely. */
  async close(): Promise<void> {
    if (this.isAborted) return;
    await this.client.query('COMMIT');
    await this.client.end();
  }

  /**
   * Cancels the statement and ends the session. PostgreSQL notices a lost connection only when it sends something, and
   * ignores a cancel request while it waits for the client, so both are necessary.
   */
  abort(): void {
    if (this.isAborted) return;
    this.isAborted = true;
    const canceller = new StatementCanceller(this.client);
    canceller.start();
    void canceller.stop()?.finally(() => {
      cutConnection(this.client);
    });
  }
}
