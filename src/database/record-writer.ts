import type pg from 'pg';
import { QueryTypes, type Sequelize } from 'sequelize';
import type { DedicatedConnections } from './dedicated-connections.js';

/** How the record of a kind of work, such as a recalculation, is written. */
export interface RecordKind<Progress> {
  /** Part of the application name of the session in PostgreSQL. */
  readonly purpose: string;
  /** Notified with the id of a record to cancel. */
  readonly cancelChannel: string;
  /** $1: the id of the record, then the values of `progressValues`. */
  readonly saveProgress: string;
  readonly progressValues: (progress: Progress) => readonly unknown[];
  /** $1: the id, $2: the status, $3: the reason. Records an end without success. */
  readonly saveEnd: string;
  /** $1: the id. Returns the column `status`. */
  readonly readStatus: string;
}

/**
 * Maintains the record of running work on a dedicated connection. The record must be visible before the work commits. Record
 * and cancellation must not wait for the pool, whose connections may all be waiting for the work.
 */
export class RecordWriter<Progress> {
  private readonly cancellation = new AbortController();
  private next: Progress | null = null;
  private saving: Promise<void> | null = null;
  private id = 0;

  private constructor(
    private readonly client: pg.Client,
    private readonly kind: RecordKind<Progress>,
  ) {
    client.on('notification', ({ payload }) => {
      if (Number(payload) === this.id) this.cancellation.abort();
    });
  }

  static async open<Progress>(
    connections: DedicatedConnections,
    kind: RecordKind<Progress>,
  ): Promise<RecordWriter<Progress>> {
    return new RecordWriter(await connections.open(kind.purpose), kind);
  }

  /** Aborted when cancellation is requested. */
  get cancelled(): AbortSignal {
    return this.cancellation.signal;
  }

  /**
   * Makes the work visible.
   * @param begin the statement that inserts the record. It returns a row, unless another process was first
   * @returns whether the record was inserted
   */
  async begin(id: number, begin: string, values: readonly unknown[]): Promise<boolean> {
    this.id = id;
    await this.client.query(`LISTEN ${this.kind.cancelChannel}`);
    const { rows } = await this.client.query(begin, [id, ...values]);
    return rows.length > 0;
  }

  /** Runs a statement on the dedicated connection, such as one that settles the records of dead processes. */
  async run(sql: string): Promise<void> {
    await this.client.query(sql);
  }

  /**
   * Saves the latest progress after the current save. Callers do not wait for it, and its errors are ignored.
   */
  progress(progress: Progress): void {
    this.next = progress;
    this.saving ??= this.saveProgress();
  }

  /** Waits until no save is in progress, so that the transaction of the work can write the record. */
  async settled(): Promise<void> {
    this.next = null;
    await this.saving;
  }

  /**
   * Handles work whose transaction was not committed, or whose commit is uncertain: records its end, unless it has succeeded. The
   * record decides, because it is part of the transaction. If the record cannot be written, the work counts as interrupted.
   * @param error the reason as readable text
   * @returns whether the work has succeeded
   */
  async endUncertain(sequelize: Sequelize, status: string, error: string): Promise<boolean> {
    const bind = [this.id, status, error];
    await this.client
      .query(this.kind.saveEnd, bind)
      .catch(() => sequelize.query(this.kind.saveEnd, { bind }))
      .catch(() => undefined);
    const [record] = await sequelize
      .query<{ status: string }>(this.kind.readStatus, { type: QueryTypes.SELECT, bind: [this.id] })
      .catch(() => []);
    return record?.status === 'succeeded';
  }

  async close(): Promise<void> {
    await this.client.end().catch(() => undefined);
  }

  private async saveProgress(): Promise<void> {
    try {
      while (this.next !== null) {
        const values = this.kind.progressValues(this.next);
        this.next = null;
        await this.client.query(this.kind.saveProgress, [this.id, ...values]);
      }
    } catch {
      // The work continues without progress updates. Its own transaction records its end.
    } finally {
      this.saving = null;
    }
  }
}
