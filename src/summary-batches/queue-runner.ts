import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Runner, TaskList, WorkerPool } from 'graphile-worker';
import { DedicatedConnections } from '../database/dedicated-connections.js';
import { loadQueueLibrary, QUEUE_SCHEMA } from '../database/job-queue.js';
import { ProcessLiveness } from '../database/process-liveness.js';

/** One connection listens; the others fetch and complete jobs, which is fast. */
const POOL_SIZE = 3;
const POLL_MS = 1_000;
/** The maximum time that running jobs have to finish during a stop. They are aborted afterwards. */
const FINISH_MS = 5_000;
/**
 * The timeout of a stop. The library aborts running jobs after this time, and occasionally hangs afterwards.
 */
const STOP_MS = 10_000;

/** Workers of the queue, from their start until they end, which may be before they are stopped. */
export class QueueRunner {
  /** Resolves when the workers take no more jobs, with the error if there is one. */
  readonly ended: Promise<unknown>;
  private stopping: Promise<void> | null = null;

  private constructor(
    private readonly runner: Runner,
    private readonly pool: pg.Pool,
    private readonly disappear: () => Promise<void>,
    gaveUp: Promise<unknown>,
  ) {
    this.ended = Promise.race([runner.promise.catch((error: unknown) => error), gaveUp]);
  }

  /**
   * @param count the number of concurrent jobs
   * @param finishMs the time that running jobs have to finish during a stop, in milliseconds; at most 5 s
   */
  static async start(
    connections: DedicatedConnections,
    presence: ProcessLiveness,
    { count, finishMs, taskList }: { count: number; finishMs: number; taskList: TaskList },
  ): Promise<QueueRunner> {
    const { run, silentLogger } = await loadQueueLibrary();
    const pool = connections.pool('summary workers', POOL_SIZE);
    const events = new EventEmitter();
    let name: string | null = null;
    events.once('pool:create', ({ workerPool }: { workerPool: WorkerPool }) => {
      name = workerPool.id;
      // If the name is not registered, other processes consider its jobs abandoned.
      presence.register(name).catch(() => workerPool.gracefulShutdown('The database cannot be reached.'));
    });
    const gaveUp = new Promise((resolve) => {
      events.once('pool:fatalError', ({ error }: { error: unknown }) => {
        resolve(error);
      });
    });
    const disappear = () => (name === null ? Promise.resolve() : presence.unregister(name));
    try {
      const runner = await run({
        pgPool: pool,
        schema: QUEUE_SCHEMA,
        concurrency: count,
        pollInterval: POLL_MS,
        noHandleSignals: true,
        logger: silentLogger,
        events,
        // With these delays, the library handles failures to complete a job. Otherwise they would end the
        // process.
        preset: {
          worker: {
            completeJobBatchDelay: 0,
            failJobBatchDelay: 0,
            gracefulShutdownAbortTimeout: Math.min(finishMs, FINISH_MS),
          },
        },
        taskList,
      });
      return new QueueRunner(runner, pool, disappear, gaveUp);
    } catch (error) {
      await disappear();
      await pool.end();
      throw error;
    }
  }

  /** Releases running jobs, for other processes or the next start. */
  stop(): Promise<void> {
    this.stopping ??= this.stopOnce();
    return this.stopping;
  }

  private async stopOnce(): Promise<void> {
    const stopped = Promise.allSettled([this.runner.stop(), this.runner.promise]);
    await within(STOP_MS, stopped);
    await this.disappear();
    await within(STOP_MS, this.pool.end());
  }
}

const within = (ms: number, work: Promise<unknown>): Promise<unknown> =>
  Promise.race([work, sleep(ms, undefined, { ref: false })]);
