import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { InjectConnection } from '@nestjs/sequelize';
import { QueryTypes, Sequelize } from 'sequelize';
import { ProcessLiveness } from '../database/process-liveness.js';
import { ACQUIRE_LEASE, RELEASE_LEASE } from './summary-store.sql.js';

const RETRY_MS = 250;

/**
 * Ensures that only one process at a time generates the summary of a lead. A lease is a row and not a
 * transaction lock, because a call takes long and must not keep a connection. If a process has died, its
 * leases are free.
 */
@Injectable()
export class SummaryLeases implements OnModuleDestroy {
  private readonly wanted = new Set<number>();
  private isClosing = false;

  constructor(
    @InjectConnection() private readonly sequelize: Sequelize,
    private readonly presence: ProcessLiveness,
  ) {}

  /**
   * Runs work while no other process works on the same lead; waits for the lease if necessary. The caller
   * ensures that this process runs only one such work for a lead.
   */
  async hold<Result>(leadId: number, signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    await this.presence.register();
    this.wanted.add(leadId);
    try {
      while (!(await this.tryAcquire(leadId))) {
        await sleep(RETRY_MS, undefined, { signal });
      }
      return await work();
    } finally {
      this.wanted.delete(leadId);
      // The result of the work counts, even if the database cannot release the lease at the moment.
      await this.release(leadId).catch(() => void this.releaseLater(leadId));
    }
  }

  onModuleDestroy(): void {
    this.isClosing = true;
  }

  private async release(leadId: number): Promise<void> {
    await this.sequelize.query(RELEASE_LEASE, { bind: [leadId, this.presence.name] });
  }

  private async releaseLater(leadId: number): Promise<void> {
    for (;;) {
      await sleep(RETRY_MS, undefined, { ref: false });
      // If this process acquires the lease again, it releases the lease after that work. When the process
      // ends, all its leases are free.
      if (this.isClosing || this.wanted.has(leadId)) return;
      try {
        await this.release(leadId);
        return;
      } catch {
        // Retried in the next iteration.
      }
    }
  }

  private async tryAcquire(leadId: number): Promise<boolean> {
    const acquired = await this.sequelize.query(ACQUIRE_LEASE, {
      type: QueryTypes.SELECT,
      bind: [leadId, this.presence.name],
    });
    return acquired.length > 0;
  }
}
