import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/sequelize';
import { QueryTypes, Sequelize } from 'sequelize';
import { DomainError, NotFoundError } from '../common/domain-error.js';
import { KeysetCursors } from '../common/keyset-cursor.js';
import { type Page, pageOf, pageWindow } from '../common/page-window.js';
import { cancelRecord } from '../database/cancel-record.js';
import { readSettled } from '../database/read-settled.js';
import { SharedReads } from '../database/shared-reads.js';
import { type RecordWatch, watchRecord } from '../database/watch-record.js';
import { RecalculationEvents } from './recalculation-events.js';
import type { Recalculation } from './recalculation.js';
import { READ_PAGE, READ_RUN, READ_RUNNING, REQUEST_CANCEL } from './recalculation-record.sql.js';

/** Recalculations are ordered by id. */
const CURSORS = new KeysetCursors('recalculations', null, []);

/** Reads the records of recalculations of all processes, and cancels the running one. */
@Injectable()
export class RecalculationRecordsService {
  /** Reads that subscriptions share, by id. */
  private readonly reads = new SharedReads<number | 'latest', Recalculation | null>();

  constructor(
    @InjectConnection() private readonly sequelize: Sequelize,
    private readonly events: RecalculationEvents,
  ) {}

  async findById(id: number): Promise<Recalculation | null> {
    const [run] = await this.read(READ_RUN, [id]);
    return run ?? null;
  }

  /** @throws NOT_FOUND */
  async getById(id: number): Promise<Recalculation> {
    return found(id, await this.findById(id));
  }

  /** Returns the running recalculation, if any. */
  async findRunning(): Promise<Recalculation | null> {
    const [run] = await this.read(READ_RUNNING, []);
    return run ?? null;
  }

  /**
   * Returns a page of recalculations, the latest first.
   * @param first the page size
   * @param after the cursor to start after; null: from the latest
   * @throws BAD_USER_INPUT
   */
  async findPage(first: number, after: string | null): Promise<Page<Recalculation>> {
    const window = pageWindow({ first, after }, (cursor, name) => CURSORS.read(cursor, name));
    const runs = await this.readBefore(window.after?.id ?? null, window.size + 1);
    return pageOf(runs, window, ({ id }) => CURSORS.write({ id, values: [] }));
  }

  private readBefore(id: number | null, limit: number): Promise<Recalculation[]> {
    return this.read(READ_PAGE, [id, limit]);
  }

  /**
   * Cancels a recalculation, and waits until it has rolled back.
   * @returns the recalculation after that; it may have succeeded in the meantime
   * @throws NOT_FOUND; RECALCULATION_NOT_RUNNING if it has already ended
   */
  async cancel(id: number): Promise<Recalculation> {
    const run = await this.getById(id);
    if (run.status !== 'running') {
      throw new DomainError(
        'RECALCULATION_NOT_RUNNING',
        `Recalculation ${id} is not running: it has ${run.status}.`,
        { isExpected: true },
      );
    }
    return cancelRecord(this.sequelize, run, REQUEST_CANCEL, (one) => this.getById(one));
  }

  /**
   * Returns a recalculation now and after each change of its record, until it has ended. Without an id,
   * returns the running one and all future ones, without end.
   * @throws NOT_FOUND
   */
  watch(id: number | null): Promise<AsyncGenerator<Recalculation, void, undefined>> {
    return watchRecord({
      id,
      changes: this.events.changes(),
      ...(id === null
        ? this.allFromNowOn()
        : { first: async () => found(id, await this.readShared(id)), find: () => this.readShared(id) }),
      isOver: ({ status }) => status !== 'running',
      isSame,
    });
  }

  private allFromNowOn(): Pick<RecordWatch<Recalculation>, 'first' | 'find'> {
    /** The id of the latest recalculation that had already ended. */
    let oldId = 0;
    const findLatest = () =>
      this.reads.read('latest', async () => (await this.readBefore(null, 1))[0] ?? null);
    return {
      first: async () => {
        const latest = await findLatest();
        const isRunning = latest?.status === 'running';
        oldId = latest === null || isRunning ? 0 : latest.id;
        return isRunning ? latest : null;
      },
      find: async (changedId) => {
        if (changedId !== null) return this.readShared(changedId);
        // A recalculation may have begun and even ended while notifications were lost.
        const latest = await findLatest();
        return latest === null || latest.id <= oldId ? null : latest;
      },
    };
  }

  private readShared(id: number): Promise<Recalculation | null> {
    return this.reads.read(id, () => this.findById(id));
  }

  private read(sql: string, bind: unknown[]): Promise<Recalculation[]> {
    return readSettled(() =>
      this.sequelize.query<Recalculation>(sql, {
        type: QueryTypes.SELECT,
        bind,
        // A standby has no locks of the primary's sessions, so every recalculation would look dead there.
        useMaster: true,
      }),
    );
  }
}

function found(id: number, run: Recalculation | null): Recalculation {
  if (run === null) throw new NotFoundError('Recalculation', id);
  return run;
}

function isSame(run: Recalculation, other: Recalculation): boolean {
  return (
    run.id === other.id &&
    run.status === other.status &&
    run.calculatedCount === other.calculatedCount &&
    run.savedCount === other.savedCount &&
    run.failedCount === other.failedCount
  );
}
