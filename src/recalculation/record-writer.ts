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
 * Maintains the record of a running recalculation on a dedicated connection. The record must be visible
 * before the recalculation commits. Record and cancellation must not wait for the pool, whose connections may
 * all be waiting for the recalculation.
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

  /** Aborted when cancellation is requested. */
  get cancelled(): AbortSignal {
    return this.cancellation.signal;
  }

  /**
   * Makes the recalculation visible. The caller must have the bulk scoring lock and the lock of the
   * recalculation.
   * @returns false if another replica has begun this scheduled recalculation
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

  /**
   * Saves the latest progress after the current save. Callers do not wait for it, and its errors are ignored.
   */
  progress(progress: RecalculationCounts): void {
    this.next = { ...progress };
    this.saving ??= this.saveProgress();
  }

  /**
   * Waits until no save is in progress, so that the transaction of the recalculation can write the record.
   */
  async settled(): Promise<void> {
    this.next = null;
    await this.saving;
  }

  /** Records the end of a recalculation that did not succeed. */
  async end(status: RecalculationStatus, error: string): Promise<void> {
    await this.client.query(SAVE_END, [this.id, status, error]);
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
      // The recalculation continues without progress updates. Its own transaction records its end.
    } finally {
      this.saving = null;
    }
  }
}
