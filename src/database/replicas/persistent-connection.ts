import pg from 'pg';
import { openSession } from '../session.js';

/** Nobody waits longer for a server that does not answer, in milliseconds. */
const LIMIT_MS = 2_000;

/**
 * One connection for short statements, which is opened when it is needed, and again after it was lost. A server that does
 * not answer within two seconds counts as gone.
 */
export class PersistentConnection {
  private client: Promise<pg.Client> | null = null;
  private last: Promise<unknown> = Promise.resolve();
  private isClosed = false;

  /**
   * @param purpose how PostgreSQL's own tools name the session
   * @param onLost told when an open connection ends that nobody has ended
   */
  constructor(
    private readonly url: string,
    private readonly purpose: string,
    private readonly onLost: () => void = () => undefined,
  ) {}

  /** @throws the driver's error; the next statement has a new connection where this one is of no use any more */
  rows<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    // One after the other: a connection runs one statement at a time.
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
      // What the server itself refuses is no fault of the connection.
      if (!(error instanceof pg.DatabaseError)) this.drop(opening);
      throw error;
    }
  }

  /** Has the next statement use a new connection. */
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

  /** A statement that has timed out would hold up all that come after it. */
  private drop(opening: Promise<pg.Client>): void {
    if (this.client === opening) this.client = null;
    opening.then(
      (client) => void client.end().catch(() => undefined),
      () => undefined,
    );
  }
}
