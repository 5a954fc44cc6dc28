import type pg from 'pg';
import type { DedicatedConnections } from '../database/dedicated-connections.js';
import type { RecalculationCounts } from '../leads/scoring/recalculation-counter.js';
import type { RecalculationRequest, RecalculationStatus } from './recalculation.js';
import {
  BEGIN_RUN,
  CANCEL_CHANNEL,
  SAVE_END,
  SAVE_PROGRESS,
  SETTLE_INTERRUPTED,
} from './recalculation-record.sql.js';

export interface RunStart {
  readonly id: number;
  readonly host: string;
  readonly asOf: Date;
  readonly totalCount: number;
}

/**
 * Keeps the record of a run while it lasts, on a connection of its own: the record is to be seen though the run's
 * transaction has not committed, and neither it nor a cancellation may wait for the pool, all of whose connections
 * may be waiting for the run.
 */
export class RecordWriter {
  private readonly cancellation = new AbortController();
  private next: RecalculationCounts | null = null;
  private saving: Promise<void> | null = null;
  private id = 0;

  private constructor(private readonly client: pg.Client) {
    client.on('notification', ({ payload }) => {
      if (Number(payload) === this.id) this.cancellation.abort();
    });
  }

  static async open(connections: DedicatedConnections): Promise<RecordWriter> {
    return new RecordWriter(await connections.open('recalculation record'));
  }

  /** Aborted where somebody asks for the run to be cancelled. */
  get cancelled(): AbortSignal {
    return this.cancellation.signal;
  }

  /**
   * Makes the run visible. The caller holds the locks of bulk scoring and of the run.
   * @returns false where another replica has begun the run that the schedule asks for
   */
  async begin(request: RecalculationRequest, { id, host, asOf, totalCount }: RunStart): Promise<boolean> {
    this.id = id;
    await this.client.query(`LISTEN ${CANCEL_CHANNEL}`);
    await this.client.query(SETTLE_INTERRUPTED);
    const { rows } = await this.client.query(BEGIN_RUN, [
      id,
      request.trigger,
      host,
      request.onlyStale !== null,
      request.scheduledFor ?? null,
      asOf,
      totalCount,
      request.isVerification ?? false,
    ]);
    return rows.length > 0;
  }

  /** Saves the latest progress as soon as what is being saved is; nobody waits for it, or fails with it. */
  progress(progress: RecalculationCounts): void {
    this.next = { ...progress };
    this.saving ??= this.saveProgress();
  }

  /** Waits until nothing is being saved: the run's own transaction can then write the record. */
  async settled(): Promise<void> {
    this.next = null;
    await this.saving;
  }

  /** Says how a run ended that did not succeed. */
  async end(status: RecalculationStatus, error: string): Promise<void> {
    await this.client.query(SAVE_END, [this.id, status, error]);
  }

  /** Cancels the statement that another session is running. */
  async cancelStatement(pid: number): Promise<void> {
    await this.client.query('SELECT pg_cancel_backend($1)', [pid]);
  }

  async close(): Promise<void> {
    await this.client.end().catch(() => undefined);
  }

  private async saveProgress(): Promise<void> {
    try {
      while (this.next !== null) {
        const { calculatedCount, savedCount, failedCount } = this.next;
        this.next = null;
        await this.client.query(SAVE_PROGRESS, [this.id, calculatedCount, savedCount, failedCount]);
      }
    } catch {
      // The run goes on without; its end is written by its own transaction.
    } finally {
      this.saving = null;
    }
  }
}
