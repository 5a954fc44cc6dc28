import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/sequelize';
import { QueryTypes, Sequelize } from 'sequelize';
import { DomainError, NotFoundError } from '../common/domain-error.js';
import { KeysetCursors } from '../common/keyset-cursor.js';
import { type Page, pageOf, pageWindow } from '../common/page-window.js';
import { allowRequest } from '../common/request-time.js';
import { SharedReads } from '../database/shared-reads.js';
import { type RecordWatch, watchRecord } from '../database/watch-record.js';
import { RecalculationEvents } from './recalculation-events.js';
import type { Recalculation } from './recalculation.js';
import { READ_PAGE, READ_RUN, READ_RUNNING, REQUEST_CANCEL } from './recalculation-record.sql.js';

/** The maximum time that `cancel` waits for a recalculation to end. */
const CANCEL_LIMIT_MS = 10_000;
const CANCEL_RETRY_MS = 100;

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
    let run = await this.getById(id);
    if (run.status !== 'running') {
      throw new DomainError(
        'RECALCULATION_NOT_RUNNING',
        `Recalculation ${id} is not running: it has ${run.status}.`,
        { isExpected: true },
      );
    }
    allowRequest(CANCEL_LIMIT_MS);
    const deadline = performance.now() + CANCEL_LIMIT_MS;
    // The request is repeated until the recalculation has ended. Repeated notifications have no effect.
    while (run.status === 'running' && performance.now() < deadline) {
      await this.sequelize.query(REQUEST_CANCEL, { bind: [id] });
      await sleep(CANCEL_RETRY_MS);
      run = await this.getById(id);
    }
    return run;
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

  /**
   * Reads again until no recalculation newly looks dead, because one that has just ended may look dead once.
   */
  private async read(sql: string, bind: unknown[]): Promise<Recalculation[]> {
    let suspected = new Set<number>();
    for (;;) {
      const runs = await this.sequelize.query<Recalculation>(sql, {
        type: QueryTypes.SELECT,
        bind,
        // A standby has no locks of the primary's sessions, so every recalculation would look dead there.
        useMaster: true,
      });
      const dead = runs.filter(({ status }) => status === 'interrupted').map(({ id }) => id);
      if (dead.every((id) => suspected.has(id))) return runs;
      suspected = new Set([...suspected, ...dead]);
    }
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
