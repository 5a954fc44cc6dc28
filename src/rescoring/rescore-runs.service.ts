import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/sequelize';
import { QueryTypes, Sequelize } from 'sequelize';
import { DomainError, NotFoundError } from '../common/domain-error.js';
import { RescoreEvents, type RunChanges } from './rescore-events.js';
import type { RescoreRun } from './rescore-run.js';
import { READ_PAGE, READ_RUN, READ_RUNNING, REQUEST_CANCEL } from './rescore-run.sql.js';

/** How long `cancel` waits for a run to end. */
const CANCEL_LIMIT_MS = 10_000;
const CANCEL_RETRY_MS = 100;

/** Reads the records of recalculations, from whichever process, and stops the one that runs. */
@Injectable()
export class RescoreRunsService {
  constructor(
    @InjectConnection() private readonly sequelize: Sequelize,
    private readonly events: RescoreEvents,
  ) {}

  async findById(id: number): Promise<RescoreRun | null> {
    const [run] = await this.read(READ_RUN, [id]);
    return run ?? null;
  }

  /** @throws NOT_FOUND */
  async getById(id: number): Promise<RescoreRun> {
    const run = await this.findById(id);
    if (run === null) throw new NotFoundError('Rescore run', id);
    return run;
  }

  /** The run that is under way, if any. */
  async findRunning(): Promise<RescoreRun | null> {
    const [run] = await this.read(READ_RUNNING, []);
    return run ?? null;
  }

  /** Runs, the latest first, from before the given one. */
  findPage(beforeId: number | null, limit: number): Promise<RescoreRun[]> {
    return this.read(READ_PAGE, [beforeId, limit]);
  }

  /**
   * Has a run stop and roll back, and waits until it has.
   * @returns the run as it is then; where it got to its end before, that it succeeded
   * @throws NOT_FOUND; RESCORE_NOT_RUNNING where it has ended already
   */
  async cancel(id: number): Promise<RescoreRun> {
    let run = await this.getById(id);
    if (run.status !== 'running') {
      throw new DomainError('RESCORE_NOT_RUNNING', `Rescore run ${id} is not running: it has ${run.status}.`);
    }
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
  async watch(id: number | null): Promise<AsyncGenerator<RescoreRun, void, undefined>> {
    const changes = this.events.changes();
    try {
      // Listening comes first: nothing is missed between the first look and the first change.
      await changes.ready;
      const first = id === null ? await this.findRunning() : await this.getById(id);
      return endingAtOnce(this.follow(id, first, changes), changes);
    } catch (error) {
      changes.close();
      throw error;
    }
  }

  private async *follow(
    id: number | null,
    first: RescoreRun | null,
    changes: RunChanges,
  ): AsyncGenerator<RescoreRun, void, undefined> {
    let last = first;
    const isOver = () => id !== null && last?.status !== 'running';
    try {
      if (last !== null) yield last;
      if (isOver()) return;
      for await (const changedId of changes) {
        if (id !== null && changedId !== null && changedId !== id) continue;
        // No id: time has passed, and the run may have died without a word.
        const run = await this.findIfAny(id ?? changedId ?? last?.id ?? null);
        if (run === null || (last !== null && isSame(run, last))) continue;
        last = run;
        yield run;
        if (isOver()) return;
      }
    } finally {
      changes.close();
    }
  }

  /** Null too where the database cannot be asked just now: the next change, or the next look, asks again. */
  private findIfAny(id: number | null): Promise<RescoreRun | null> {
    return id === null ? Promise.resolve(null) : this.findById(id).catch(() => null);
  }

  /** Reads until no run looks dead that did not look so before: one that has just ended does, once. */
  private async read(sql: string, bind: unknown[]): Promise<RescoreRun[]> {
    let suspected = new Set<number>();
    for (;;) {
      const runs = await this.sequelize.query<RescoreRun>(sql, { type: QueryTypes.SELECT, bind });
      const dead = runs.filter(({ status }) => status === 'interrupted').map(({ id }) => id);
      if (dead.every((id) => suspected.has(id))) return runs;
      suspected = new Set([...suspected, ...dead]);
    }
  }
}

/**
 * A generator that waits does not hear that nobody wants it any more, and one that was never asked does not tidy up
 * after itself. Here whoever leaves ends the waiting.
 */
function endingAtOnce(
  runs: AsyncGenerator<RescoreRun, void, undefined>,
  changes: RunChanges,
): AsyncGenerator<RescoreRun, void, undefined> {
  const end = runs.return.bind(runs);
  const leave = () => {
    changes.close();
    return end();
  };
  return Object.assign(runs, { return: leave, throw: leave });
}

function isSame(run: RescoreRun, other: RescoreRun): boolean {
  return (
    run.id === other.id &&
    run.status === other.status &&
    run.calculatedCount === other.calculatedCount &&
    run.doneCount === other.doneCount &&
    run.failedCount === other.failedCount
  );
}
