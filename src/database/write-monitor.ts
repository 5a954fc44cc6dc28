import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type pg from 'pg';
import { TimeSettings } from '../config/time-settings.js';
import { DatabaseAvailability } from './database-availability.js';
import { writeRejected } from './database-errors.js';
import { DedicatedConnections } from './dedicated-connections.js';

const CHECK = `SELECT current_setting('transaction_read_only') = 'on' AS "isReadOnly"`;
const CHECK_INTERVAL_MS = 5_000;
/** Shorter while writes are rejected, so that a recovery is noticed soon. */
const RECOVERY_INTERVAL_MS = 1_000;
/** How long a rejected write counts: only statements that need disk space fail on a full disk. */
const REJECTION_COUNTS_MS = 5_000;

/**
 * Detects whether the database accepts writes. A new session reveals a standby, and read-only defaults of the
 * database or the role, which an existing session does not notice. A full disk is detected by rejected
 * writes.
 */
@Injectable()
export class WriteMonitor implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(WriteMonitor.name);
  private readonly closing = new AbortController();
  private stopListening: () => void = () => undefined;
  private checking: Promise<boolean | null> = Promise.resolve(null);
  private isReadOnly = false;
  private rejectedAt = -Infinity;

  constructor(
    private readonly connections: DedicatedConnections,
    private readonly availability: DatabaseAvailability,
    private readonly times: TimeSettings,
  ) {}

  onApplicationBootstrap(): void {
    this.stopListening = writeRejected.subscribe(() => {
      this.rejectedAt = performance.now();
      this.update();
    });
    void this.watch();
  }

  async onApplicationShutdown(): Promise<void> {
    this.closing.abort();
    this.stopListening();
    // Leaves no session open. The timeouts of the check limit this wait.
    await this.checking;
  }

  private async watch(): Promise<void> {
    const { signal } = this.closing;
    while (!signal.aborted) {
      if (this.availability.isAvailable) {
        this.checking = this.isNewSessionReadOnly();
        this.isReadOnly = (await this.checking) ?? this.isReadOnly;
      }
      if (signal.aborted) return;
      this.update();
      const interval = this.availability.takesWrites ? CHECK_INTERVAL_MS : RECOVERY_INTERVAL_MS;
      await sleep(interval, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** Null: the check failed, which this monitor does not report. */
  private async isNewSessionReadOnly(): Promise<boolean | null> {
    try {
      const client = await this.connections.open('write check', this.times.pingMs);
      try {
        // The types of the driver omit this option. Without it, a check without a response would block the
        // monitor.
        const check = { text: CHECK, query_timeout: this.times.pingMs } as pg.QueryConfig;
        const { rows } = await client.query<{ isReadOnly: boolean }>(check);
        return rows[0]?.isReadOnly ?? null;
      } finally {
        void client.end().catch(() => undefined);
      }
    } catch {
      return null;
    }
  }

  private update(): void {
    const isRejecting = performance.now() - this.rejectedAt < REJECTION_COUNTS_MS;
    const takesWrites = !this.isReadOnly && !isRejecting;
    if (takesWrites === this.availability.takesWrites) return;
    this.availability.takesWrites = takesWrites;
    if (takesWrites) this.logger.warn('The database accepts writes again.');
    else {
      this.logger.error(
        'The database accepts no writes: mutations fail, and this server alone counts the requests of its callers.',
      );
    }
  }
}
