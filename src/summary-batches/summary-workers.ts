import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { InjectConnection } from '@nestjs/sequelize';
import type { JobHelpers } from 'graphile-worker';
import { Sequelize } from 'sequelize';
import { QUEUE_SCHEMA } from '../database/job-queue.js';
import { DedicatedConnections } from '../database/dedicated-connections.js';
import { isPresent, ProcessLiveness } from '../database/process-liveness.js';
import { type SummaryJob, SUMMARY_TASK } from '../leads/summaries/summary-jobs.js';
import { QueueRunner } from './queue-runner.js';
import { SpentJobs } from './spent-jobs.js';
import { SummaryJobHandler } from './summary-job-handler.js';

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
  private runner: QueueRunner | null = null;
  private sweeping: NodeJS.Timeout | null = null;
  private readonly stopping = new AbortController();

  constructor(
    @InjectConnection() private readonly sequelize: Sequelize,
    private readonly connections: DedicatedConnections,
    private readonly presence: ProcessLiveness,
    private readonly handler: SummaryJobHandler,
    private readonly spentJobs: SpentJobs,
  ) {}

  /** Whether jobs are taken just now: workers that had to give up start again after a while. */
  get isRunning(): boolean {
    return this.runner !== null && !this.stopping.signal.aborted;
  }

  /** @param count summaries that are written at once */
  async start(count: number): Promise<void> {
    if (count === 0) return;
    const runner = await QueueRunner.start(this.connections, this.presence, count, {
      [SUMMARY_TASK]: (job, helpers) => this.handle(job as SummaryJob, helpers),
    });
    this.runner = runner;
    if (this.stopping.signal.aborted) await runner.stop();
    void runner.ended.then((reason) => this.startAgain(runner, count, reason));
    this.sweeping ??= setInterval(() => void this.sweep(), SWEEP_MS);
  }

  /** Lets go of the jobs that are under way, for others or for the next start. Whoever asks again waits as well. */
  async stop(): Promise<void> {
    this.stopping.abort();
    if (this.sweeping !== null) clearInterval(this.sweeping);
    await this.runner?.stop();
  }

  onModuleDestroy(): Promise<void> {
    return this.stop();
  }

  private async handle(job: SummaryJob, { abortSignal }: JobHelpers): Promise<void> {
    // It is there from the beginning in all versions that we take.
    await this.handler.handle(job, abortSignal ?? new AbortController().signal);
  }

  /** Workers that cannot tell the database how a job has ended give up. */
  private async startAgain(ended: QueueRunner, count: number, reason: unknown): Promise<void> {
    const { signal } = this.stopping;
    if (signal.aborted) return;
    this.runner = null;
    this.logger.warn('The workers of summaries have stopped, and start again.', reason);
    void ended.stop();
    for (;;) {
      await sleep(RESTART_MS, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        await this.start(count);
        return;
      } catch (error) {
        this.logger.warn('The workers of summaries cannot start.', error);
      }
    }
  }

  /** Where the database cannot be asked just now, the next sweep does it. */
  private async sweep(): Promise<void> {
    try {
      await this.sequelize.query(UNLOCK_ABANDONED_JOBS);
      await this.spentJobs.end();
    } catch (error) {
      this.logger.debug('The queue could not be swept.', error);
    }
  }
}
