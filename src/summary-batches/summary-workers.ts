import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { InjectConnection } from '@nestjs/sequelize';
import { type JobHelpers, run, type Runner, type WorkerPool } from 'graphile-worker';
import { EventEmitter } from 'node:events';
import pg from 'pg';
import { Sequelize } from 'sequelize';
import { QUEUE_SCHEMA, silentLogger } from '../database/job-queue.js';
import { DedicatedConnections } from '../database/dedicated-connections.js';
import { isPresent, ProcessPresence } from '../database/process-presence.js';
import { type SummaryJob, SUMMARY_TASK } from '../leads/summaries/summary-jobs.js';
import { SummaryJobHandler } from './summary-job-handler.js';

/** One listens; the others fetch and complete jobs, which takes a moment each. */
const POOL_SIZE = 3;
const POLL_MS = 1_000;
const SWEEP_MS = 2_000;
const RESTART_MS = 2_000;

/** Jobs of workers that have died, which nobody would take for hours. Time to make its name seen is left to each. */
const UNLOCK_ABANDONED_JOBS = `
  SELECT ${QUEUE_SCHEMA}.force_unlock_workers(array_agg(DISTINCT locked_by))
  FROM ${QUEUE_SCHEMA}.jobs
  WHERE locked_by IS NOT NULL AND locked_at < now() - interval '3 seconds' AND NOT ${isPresent('locked_by')}
  HAVING count(*) > 0`;

/** Takes jobs from the queue, together with the workers of all other processes. */
@Injectable()
export class SummaryWorkers implements OnModuleDestroy {
  private readonly logger = new Logger(SummaryWorkers.name);
  private runner: Runner | null = null;
  private pool: pg.Pool | null = null;
  private sweeping: NodeJS.Timeout | null = null;
  private restarting: NodeJS.Timeout | null = null;
  private isStopping = false;

  constructor(
    @InjectConnection() private readonly sequelize: Sequelize,
    private readonly connections: DedicatedConnections,
    private readonly presence: ProcessPresence,
    private readonly handler: SummaryJobHandler,
  ) {}

  /** @param count summaries that are written at once */
  async start(count: number): Promise<void> {
    if (count === 0) return;
    this.pool ??= this.connections.pool('summary workers', POOL_SIZE);
    const events = new EventEmitter();
    events.once('pool:create', ({ workerPool }: { workerPool: WorkerPool }) => {
      void this.appear(workerPool);
    });
    this.runner = await run({
      pgPool: this.pool,
      schema: QUEUE_SCHEMA,
      concurrency: count,
      pollInterval: POLL_MS,
      noHandleSignals: true,
      logger: silentLogger,
      events,
      // Only then are failures to tell the queue of an end handled, and tried again; else they would end the process.
      preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
      taskList: {
        [SUMMARY_TASK]: (job, helpers) => this.handle(job as SummaryJob, helpers),
      },
    });
    this.runner.promise.catch((error: unknown) => {
      this.restart(count, error);
    });
    this.sweeping ??= setInterval(() => void this.unlockAbandonedJobs(), SWEEP_MS);
  }

  /** Lets go of the jobs that are under way, for others or for the next start. */
  async stop(): Promise<void> {
    this.isStopping = true;
    if (this.sweeping !== null) clearInterval(this.sweeping);
    if (this.restarting !== null) clearTimeout(this.restarting);
    const { runner, pool } = this;
    this.runner = null;
    this.pool = null;
    await runner?.stop().catch(() => undefined);
    await pool?.end();
  }

  onModuleDestroy(): Promise<void> {
    return this.stop();
  }

  private async handle(job: SummaryJob, { abortSignal }: JobHelpers): Promise<void> {
    // It is there from the beginning in all versions that we take.
    await this.handler.handle(job, abortSignal ?? new AbortController().signal);
  }

  /** Where its name cannot be seen, others would take its jobs for abandoned. */
  private async appear(workerPool: WorkerPool): Promise<void> {
    try {
      await this.presence.appear(workerPool.id);
    } catch {
      // It starts again, and tries again.
      await workerPool.gracefulShutdown('The database cannot be reached.');
    }
  }

  private restart(count: number, error: unknown): void {
    if (this.isStopping) return;
    this.logger.warn(`The workers have stopped, and start again: ${String(error)}`);
    this.restarting = setTimeout(() => {
      this.start(count).catch((failure: unknown) => {
        this.restart(count, failure);
      });
    }, RESTART_MS);
  }

  private async unlockAbandonedJobs(): Promise<void> {
    // Where the database cannot be asked just now, the next sweep does it.
    await this.sequelize.query(UNLOCK_ABANDONED_JOBS).catch(() => undefined);
  }
}
