import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/sequelize';
import { Sequelize } from 'sequelize';
import { WorkRecords } from '../database/work-records.js';
import { RecalculationEvents } from './recalculation-events.js';
import type { Recalculation } from './recalculation.js';
import { READ_PAGE, READ_RUN, READ_RUNNING, REQUEST_CANCEL } from './recalculation-record.sql.js';

/** Reads the records of recalculations of all processes, and cancels the running one. */
@Injectable()
export class RecalculationRecordsService extends WorkRecords<Recalculation> {
  constructor(@InjectConnection() sequelize: Sequelize, events: RecalculationEvents) {
    super(sequelize, events, {
      name: 'Recalculation',
      list: 'recalculations',
      readOne: READ_RUN,
      readPage: READ_PAGE,
      requestCancel: REQUEST_CANCEL,
      notRunning: 'RECALCULATION_NOT_RUNNING',
      progressOf: ({ calculatedCount, savedCount, failedCount }) => [
        calculatedCount,
        savedCount,
        failedCount,
      ],
    });
  }

  /** Returns the running recalculation, if any. */
  async findRunning(): Promise<Recalculation | null> {
    const [run] = await this.read(READ_RUNNING, []);
    return run ?? null;
  }

  /** Returns the running recalculation and all future ones after each change of their records, without end. */
  watchAll(): Promise<AsyncGenerator<Recalculation, void, undefined>> {
    /** The id of the latest recalculation that had already ended. */
    let oldId = 0;
    const findLatest = () =>
      this.sharedReads.read('latest', async () => (await this.readBefore(null, 1))[0] ?? null);
    const first = async () => {
      const latest = await findLatest();
      const isRunning = latest?.status === 'running';
      oldId = latest === null || isRunning ? 0 : latest.id;
      return isRunning ? latest : null;
    };
    return this.follow(null, first, async (changedId) => {
      if (changedId !== null) return this.readShared(changedId);
      // A recalculation may have begun and even ended while notifications were lost.
      const latest = await findLatest();
      return latest === null || latest.id <= oldId ? null : latest;
    });
  }
}
