import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type OnApplicationBootstrap, Logger, type OnModuleDestroy } from '@nestjs/common';
import { InjectConnection } from '@nestjs/sequelize';
import type { JobHelpers } from 'graphile-worker';
import { Sequelize } from 'sequelize';
import { SummarySettings } from '../config/summary-settings.js';
import { TimeSettings } from '../config/time-settings.js';
import { QUEUE_SCHEMA } from '../database/job-queue.js';
import { DedicatedConnections } from '../database/dedicated-connections.js';
import { isPresent, ProcessLiveness } from '../database/process-liveness.js';
import { type SummaryJob, SUMMARY_TASK } from '../summaries/summary-jobs.js';
import { QueueRunner } from './queue-runner.js';
import { SpentJobs } from './spent-jobs.js';
import { SummaryJobHandler } from './summary-job-handler.js';

const SWEEP_MS = 2_000;
const RESTART_MS = 2_000;

/**
 * Unlocks jobs of workers that have died, which would otherwise stay locked for hours. Newly locked jobs are
 * excluded, because a worker needs time to register its name.
 */
const UNLOCK_ABANDONED_JOBS = `
  SELECT ${QUEUE_SCHEMA}.force_unlock_workers(array_agg(DISTINCT locked_by))
  FROM ${QUEUE_SCHEMA}.jobs
  WHERE locked_by IS NOT NULL AND locked_at < now() - interval '3 seconds' AND NOT ${isPresent('locked_by')}
  HAVING count(*) > 0`;

/** Takes jobs from the queue, like the workers of all other processes. */
@Injectable()
export class SummaryWorkers implements OnModuleDestroy {
  private readonly logger = new Logger(SummaryWorkers.name);
  private runner: QueueRunner | null = null;
  private sweeping: NodeJS.Timeout | null = null;
  private readonly stopping = new AbortController();

  constructor(
    @InjectConnection() private readonly sequelize: Sequelize,
    private readonly connections: DedicatedConnections,
    private readonly presence: ProcessLiveness,
    private readonly handler: SummaryJobHandler,
    private readonly spentJobs: SpentJobs,
    private readonly times: TimeSettings,
  ) {}

  /** Whether jobs are taken at the moment. Workers that have failed start again after a delay. */
  get isRunning(): boolean {
    return this.runner !== null && !this.stopping.signal.aborted;
  }

  /** @param count the number of concurrent summaries */
  async start(count: number): Promise<void> {
    if (count === 0) return;
    const runner = await QueueRunner.start(this.connections, this.presence, {
      count,
      finishMs: this.times.shutdownMs,
      taskList: { [SUMMARY_TASK]: (job, helpers) => this.handle(job as SummaryJob, helpers) },
    });
    this.runner = runner;
    if (this.stopping.signal.aborted) await runner.stop();
    void runner.ended.then((reason) => this.startAgain(runner, count, reason));
    this.sweeping ??= setInterval(() => void this.sweep(), SWEEP_MS);
  }

  /** Releases running jobs, for other processes or the next start. Further calls wait as well. */
  async stop(): Promise<void> {
    this.stopping.abort();
    if (this.sweeping !== null) clearInterval(this.sweeping);
    await this.runner?.stop();
  }

  onModuleDestroy(): Promise<void> {
    return this.stop();
  }

  private async handle(job: SummaryJob, { abortSignal }: JobHelpers): Promise<void> {
    // All supported versions of the library set the signal.
    await this.handler.handle(job, abortSignal ?? new AbortController().signal);
  }

  /** Workers end if they cannot record the end of a job in the database. This starts them again. */
  private async startAgain(ended: QueueRunner, count: number, reason: unknown): Promise<void> {
    const { signal } = this.stopping;
    if (signal.aborted) return;
    this.runner = null;
    this.logger.warn('The summary workers have stopped and are restarted.', reason);
    void ended.stop();
    for (;;) {
      await sleep(RESTART_MS, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        await this.start(count);
        return;
      } catch (error) {
        this.logger.warn('The summary workers cannot start.', error);
      }
    }
  }

  /** If the database does not respond, the next sweep repeats this. */
  private async sweep(): Promise<void> {
    try {
      await this.sequelize.query(UNLOCK_ABANDONED_JOBS);
      await this.spentJobs.end();
    } catch (error) {
      this.logger.debug('The queue could not be swept.', error);
    }
  }
}

/** Starts the configured number of summary workers with the server. */
@Injectable()
export class SummaryWorkersStart implements OnApplicationBootstrap {
  constructor(
    private readonly workers: SummaryWorkers,
    private readonly settings: SummarySettings,
  ) {}

  onApplicationBootstrap(): Promise<void> {
    return this.workers.start(this.settings.workerCount);
  }
}
