import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { InjectConnection } from '@nestjs/sequelize';
import { QueryTypes, Sequelize } from 'sequelize';
import { ProcessLiveness } from '../../database/process-liveness.js';
import { ACQUIRE_LEASE, RELEASE_LEASE } from './summary-store.sql.js';

const RETRY_MS = 250;

/**
 * Sees to it that one process at a time has the summary of a lead written. It is a row and no lock of a transaction:
 * a call takes long, and no connection is held meanwhile. The lease of a process that has died is free.
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
   * Does work while no other process does work on the same lead, after waiting for it where one does. Within this
   * process, the caller sees to it that there is one at a time.
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
      // What came of the work counts, whether or not the database can be told just now that it is over.
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
      // Taken up again meanwhile, it will be let go of after that; and with the process, everything is.
      if (this.isClosing || this.wanted.has(leadId)) return;
      try {
        await this.release(leadId);
        return;
      } catch {
        // The next time.
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
