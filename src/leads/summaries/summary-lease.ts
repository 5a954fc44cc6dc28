import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/sequelize';
import { QueryTypes, Sequelize } from 'sequelize';
import { ProcessPresence } from '../../database/process-presence.js';
import { ACQUIRE_LEASE, RELEASE_LEASE } from './summary-store.sql.js';

const RETRY_MS = 250;

/**
 * Sees to it that one process at a time has the summary of a lead written. It is a row and no lock of a transaction:
 * a call takes long, and no connection is held meanwhile. The lease of a process that has died is free.
 */
@Injectable()
export class SummaryLeases {
  constructor(
    @InjectConnection() private readonly sequelize: Sequelize,
    private readonly presence: ProcessPresence,
  ) {}

  /**
   * Does work while no other process does work on the same lead, after waiting for it where one does.
   * @param onWaited told before the work is begun where it had to wait, since what it rests on may have changed
   */
  async hold<Result>(leadId: number, signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    await this.presence.appear();
    while (!(await this.tryAcquire(leadId))) {
      await sleep(RETRY_MS, undefined, { signal });
    }
    try {
      return await work();
    } finally {
      await this.sequelize.query(RELEASE_LEASE, { bind: [leadId, this.presence.name] });
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
