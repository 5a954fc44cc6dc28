import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { cutConnection } from './session.js';

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 5_000;

/** How long a server may take to process a regular disconnect. */
const DISCONNECT_MS = 1_000;

export interface PersistentConnectionOptions {
  /** Opens a session. */
  readonly open: () => Promise<pg.Client>;
  /** Prepares each new session, such as with LISTEN. If it fails, the session is not used. */
  readonly prepare?: (client: pg.Client) => Promise<unknown>;
  /** The time limit of a statement on the open connection, in milliseconds; by default none. */
  readonly limitMs?: number;
  /** Whether the connection is opened again without waiting for the next statement, if it was lost or could not be opened. */
  readonly staysOpen?: boolean;
  /** Called if an open connection was lost. */
  readonly onLost?: () => void;
}

/** A statement did not return within its time limit. */
export class LateAnswerError extends Error {
  override readonly name = 'LateAnswerError';

  constructor() {
    super('The database has not answered in time.');
  }
}

/**
 * A connection outside the pool that outlives its sessions: it is opened on demand, and again after it was
 * lost. Statements run one after the other.
 */
export class PersistentConnection {
  private session: Session | null = null;
  private last: Promise<unknown> = Promise.resolve();
  private isClosed = false;
  private resetCount = 0;
  private isReopening = false;
  private openedAt = -Infinity;
  /** Attempts to open the connection again since it was last open for long. */
  private reopenCount = 0;

  constructor(private readonly options: PersistentConnectionOptions) {}

  /** Whether the connection is open, or being opened. */
  get isOpen(): boolean {
    return this.session !== null;
  }

  /** Opens the connection if it is not open. @throws if that fails; the next call tries again */
  async open(): Promise<void> {
    await this.connect().ready;
  }

  /**
   * Runs a statement.
   * @throws LateAnswerError; errors of the driver unchanged. If the connection is unusable, the next statement
   * uses a new one
   */
  rows<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    const { resetCount } = this;
    const rows = this.last.then(() => {
      if (resetCount !== this.resetCount) throw new Error('The connection was reset.');
      return this.query<Row>(text, values);
    });
    this.last = rows.catch(() => undefined);
    return rows;
  }

  /** Makes the next statement use a new session, and aborts the running statement and those that wait for it. */
  reset(): void {
    this.resetCount += 1;
    this.last = Promise.resolve();
    if (this.session !== null) this.drop(this.session);
  }

  /** Closes the connection for good. If the server does not respond to that, the connection is cut. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.session?.end();
    this.session = null;
  }

  private async query<Row extends object>(text: string, values: readonly unknown[]): Promise<Row[]> {
    const session = this.connect();
    try {
      const client = await session.ready;
      return (await within(this.options.limitMs, client.query<Row>(text, [...values]))).rows;
    } catch (error) {
      if (!isRejection(error)) this.drop(session);
      throw error;
    }
  }

  /** @throws if the connection is closed */
  private connect(): Session {
    if (this.isClosed) throw new Error('The connection is closed.');
    if (this.session !== null) return this.session;
    const session = new Session(this.options, () => {
      if (this.session === session) this.lost();
    });
    this.session = session;
    session.ready.then(
      () => (this.openedAt = performance.now()),
      () => {
        if (this.session !== session) return;
        this.session = null;
        this.keepOpen();
      },
    );
    return session;
  }

  private drop(session: Session): void {
    session.cut();
    if (this.session === session) this.lost();
  }

  private lost(): void {
    this.session = null;
    if (this.isClosed) return;
    this.options.onLost?.();
    this.keepOpen();
  }

  private keepOpen(): void {
    if (this.options.staysOpen !== true || this.isReopening || this.isClosed) return;
    this.isReopening = true;
    void this.reopen().finally(() => (this.isReopening = false));
  }

  private async reopen(): Promise<void> {
    if (performance.now() - this.openedAt > LONGEST_DELAY_MS) this.reopenCount = 0;
    while (!this.isClosed && this.session === null) {
      // The first attempt follows at once: other processes take the work of a process without a connection.
      if (this.reopenCount > 0)
        await sleep(reconnectDelayMs(this.reopenCount - 1), undefined, { ref: false });
      this.reopenCount += 1;
      if (this.isClosed || this.session !== null) return;
      await this.connect().ready.catch(() => undefined);
    }
  }
}

/** One session of a persistent connection. */
class Session {
  /** Resolves when the session is prepared. */
  readonly ready: Promise<pg.Client>;
  /** Null: not open yet. */
  private client: pg.Client | null = null;
  private isCut = false;

  /** @param onEnd called if the session ends after it was ready */
  constructor(options: PersistentConnectionOptions, onEnd: () => void) {
    this.ready = this.open(options, onEnd);
    this.ready.catch(() => undefined);
  }

  cut(): void {
    this.isCut = true;
    if (this.client !== null) cutConnection(this.client);
  }

  /** Ends the session. If the server does not respond, the session is cut. */
  async end(): Promise<void> {
    const ended = this.ready.then((client) => client.end()).catch(() => undefined);
    const done = new AbortController();
    const late = sleep(DISCONNECT_MS, undefined, { signal: done.signal, ref: false }).then(
      () => {
        this.cut();
      },
      () => undefined,
    );
    await Promise.race([ended, late]);
    done.abort();
  }

  private async open({ open, prepare }: PersistentConnectionOptions, onEnd: () => void): Promise<pg.Client> {
    const client = await open();
    this.client = client;
    try {
      if (this.isCut) throw new Error('The connection is no longer needed.');
      await prepare?.(client);
    } catch (error) {
      cutConnection(client);
      throw error;
    }
    client.once('end', onEnd);
    return client;
  }
}

/**
 * The delay before the next attempt to connect, in milliseconds. It doubles with each failed attempt up to
 * 5 s, and half of it is random, so that servers do not reconnect all at once after an outage.
 * @param failedCount attempts that have failed so far
 */
export function reconnectDelayMs(failedCount: number): number {
  const longest = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** failedCount);
  return longest * (0.5 + Math.random() / 2);
}

/** SQLSTATEs with which PostgreSQL ends a session. */
const ENDS_SESSION = /^(57P0|08)/;

/** Whether PostgreSQL has rejected a statement, so that the connection is still usable. */
const isRejection = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && !ENDS_SESSION.test(error.code ?? '');

/** Waits for a result until a time limit, in milliseconds; undefined: no limit. @throws LateAnswerError */
export async function within<Result>(limitMs: number | undefined, work: Promise<Result>): Promise<Result> {
  if (limitMs === undefined) return work;
  const done = new AbortController();
  const late = sleep(limitMs, undefined, { signal: done.signal, ref: false }).then(async () => {
    // If this process itself was busy, the response has already arrived, and is read during this pause.
    await sleep(50, undefined, { ref: false });
    throw new LateAnswerError();
  });
  late.catch(() => undefined);
  work.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    done.abort();
  }
}
