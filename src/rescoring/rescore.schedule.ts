import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { CronJob } from 'cron';
import { DomainError } from '../common/domain-error.js';
import { ScoreSettings } from '../leads/scoring/score-settings.js';
import { RescoringService } from './rescoring.service.js';

const JOB = 'rescore';

/**
 * Recalculates all scores on a schedule, since they fade with time. All replicas wake up; the instant that the
 * schedule names, which is the same for all of them however their clocks differ, goes to one.
 */
@Injectable()
export class RescoreSchedule implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(RescoreSchedule.name);

  constructor(
    private readonly settings: ScoreSettings,
    private readonly registry: SchedulerRegistry,
    private readonly rescoring: RescoringService,
  ) {}

  onApplicationBootstrap(): void {
    const { rescoreCron } = this.settings;
    if (rescoreCron === null) return;
    let scheduledFor: Date | null = null;
    const job = CronJob.from({
      cronTime: rescoreCron,
      timeZone: 'UTC',
      onTick: () => {
        const due = scheduledFor;
        scheduledFor = job.nextDate().toJSDate();
        if (due !== null) void this.recalculate(due);
      },
    });
    scheduledFor = job.nextDate().toJSDate();
    this.registry.addCronJob(JOB, job);
    job.start();
  }

  onModuleDestroy(): void {
    if (this.registry.doesExist('cron', JOB)) this.registry.deleteCronJob(JOB);
  }

  private async recalculate(scheduledFor: Date): Promise<void> {
    try {
      await this.rescoring.recalculate({ startedBy: 'schedule', onlyStale: null, scheduledFor });
    } catch (error) {
      // Another replica has taken it, or somebody recalculates just now: scores get fresh either way.
      if (error instanceof DomainError && error.code === 'RECALCULATION_RUNNING') return;
      this.logger.error('The scheduled recalculation failed.', error);
    }
  }
}
