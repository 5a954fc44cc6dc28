import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/sequelize';
import { QueryTypes, Sequelize } from 'sequelize';
import { DomainError, NotFoundError } from '../common/domain-error.js';
import { allowRequest } from '../common/request-time.js';
import { SharedReads } from '../database/shared-reads.js';
import { type RecordWatch, watchRecord } from '../database/watch-record.js';
import { RecalculationEvents } from './recalculation-events.js';
import type { Recalculation } from './recalculation.js';
import { READ_PAGE, READ_RUN, READ_RUNNING, REQUEST_CANCEL } from './recalculation-record.sql.js';

/** How long `cancel` waits for a run to end. */
const CANCEL_LIMIT_MS = 10_000;
const CANCEL_RETRY_MS = 100;

/** Reads the records of recalculations, from whichever process, and stops the one that runs. */
@Injectable()
export class RecalculationRecordsService {
  /** For watchers, by id. */
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

  /** The run that is under way, if any. */
  async findRunning(): Promise<Recalculation | null> {
    const [run] = await this.read(READ_RUNNING, []);
    return run ?? null;
  }

  /** Runs, the latest first, from before the given one. */
  findPage(beforeId: number | null, limit: number): Promise<Recalculation[]> {
    return this.read(READ_PAGE, [beforeId, limit]);
  }

  /**
   * Has a run stop and roll back, and waits until it has.
   * @returns the run as it is then; where it got to its end before, that it succeeded
   * @throws NOT_FOUND; RECALCULATION_NOT_RUNNING where it has ended already
   */
  async cancel(id: number): Promise<Recalculation> {
    let run = await this.getById(id);
    if (run.status !== 'running') {
      throw new DomainError(
        'RECALCULATION_NOT_RUNNING',
        `Recalculation ${id} is not running: it has ${run.status}.`,
      );
    }
    allowRequest(CANCEL_LIMIT_MS);
    const deadline = performance.now() + CANCEL_LIMIT_MS;
    // A run listens from just after its record appears: asking again makes up for asking too early.
    while (run.status === 'running' && performance.now() < deadline) {
      await this.sequelize.query(REQUEST_CANCEL, { bind: [id] });
      await sleep(CANCEL_RETRY_MS);
      run = await this.getById(id);
    }
    return run;
  }

  /**
   * A run as it is, and again whenever its record changes, until it has ended; without an id the run that is under
   * way and those to come, for ever.
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
    /** Of a run that had ended before. */
    let oldId = 0;
    const findLatest = () => this.reads.read('latest', async () => (await this.findPage(null, 1))[0] ?? null);
    return {
      first: async () => {
        const latest = await findLatest();
        const isRunning = latest?.status === 'running';
        oldId = latest === null || isRunning ? 0 : latest.id;
        return isRunning ? latest : null;
      },
      find: async (changedId) => {
        if (changedId !== null) return this.readShared(changedId);
        // One may have begun, and ended as well, while nothing was heard.
        const latest = await findLatest();
        return latest === null || latest.id <= oldId ? null : latest;
      },
    };
  }

  private readShared(id: number): Promise<Recalculation | null> {
    return this.reads.read(id, () => this.findById(id));
  }

  /** Reads until no run looks dead that did not look so before: one that has just ended does, once. */
  private async read(sql: string, bind: unknown[]): Promise<Recalculation[]> {
    let suspected = new Set<number>();
    for (;;) {
      const runs = await this.sequelize.query<Recalculation>(sql, {
        type: QueryTypes.SELECT,
        bind,
        // A replica knows of no locks of the primary's sessions: every run would look dead there.
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
