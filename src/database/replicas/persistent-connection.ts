import pg from 'pg';
import { openSession } from '../session.js';

/** Timeout for connecting and for each statement, in milliseconds. */
const LIMIT_MS = 2_000;

/**
 * A connection for short statements, which is opened on demand and again after it was lost. A server that
 * does not respond within two seconds counts as down.
 */
export class PersistentConnection {
  private client: Promise<pg.Client> | null = null;
  private last: Promise<unknown> = Promise.resolve();
  private isClosed = false;

  /**
   * @param purpose part of the application name of the session in PostgreSQL
   * @param onLost called when an open connection ends unexpectedly
   */
  constructor(
    private readonly url: string,
    private readonly purpose: string,
    private readonly onLost: () => void = () => undefined,
  ) {}

  /** @throws the driver's error; if the connection is unusable, the next statement uses a new one */
  rows<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    // Statements run one after the other, since a connection runs one at a time.
    const rows = this.last.then(() => this.query<Row>(text, values));
    this.last = rows.catch(() => undefined);
    return rows;
  }

  private async query<Row extends object>(text: string, values: readonly unknown[]): Promise<Row[]> {
    if (this.isClosed) throw new Error('The connection is closed.');
    const opening = (this.client ??= this.open());
    try {
      const client = await opening;
      return (await client.query<Row>(text, [...values])).rows;
    } catch (error) {
      // If the server rejects a statement, the connection is still usable.
      if (!(error instanceof pg.DatabaseError)) this.drop(opening);
      throw error;
    }
  }

  /** Makes the next statement use a new connection. */
  reconnect(): void {
    if (this.client !== null) this.drop(this.client);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    const client = await this.client?.catch(() => null);
    await client?.end().catch(() => undefined);
  }

  private async open(): Promise<pg.Client> {
    const { url, purpose } = this;
    const client = await openSession({
      url,
      purpose,
      connectTimeoutMs: LIMIT_MS,
      queryTimeoutMs: LIMIT_MS,
    });
    const opened = this.client;
    client.once('end', () => {
      if (this.isClosed) return;
      if (this.client === opened) this.client = null;
      this.onLost();
    });
    return client;
  }

  /** A statement that has timed out would block all later ones on the same connection. */
  private drop(opening: Promise<pg.Client>): void {
    if (this.client === opening) this.client = null;
    opening.then(
      (client) => void client.end().catch(() => undefined),
      () => undefined,
    );
  }
}
