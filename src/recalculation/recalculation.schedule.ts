import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { CronJob } from 'cron';
import { DomainError } from '../common/domain-error.js';
import { ScoreSettings } from '../config/score-settings.js';
import { RecalculationService } from './recalculation.service.js';

const JOB = 'recalculation';

/**
 * Recalculates all scores on a schedule, because they decay over time. All replicas wake up, but only one
 * runs the recalculation. The scheduled instant identifies it, and is the same on all replicas even if their
 * clocks differ.
 */
@Injectable()
export class RecalculationSchedule implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(RecalculationSchedule.name);

  constructor(
    private readonly settings: ScoreSettings,
    private readonly registry: SchedulerRegistry,
    private readonly recalculation: RecalculationService,
  ) {}

  onApplicationBootstrap(): void {
    const { recalculationCron } = this.settings;
    if (recalculationCron === null) return;
    let scheduledFor: Date | null = null;
    const job = CronJob.from({
      cronTime: recalculationCron,
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
      await this.recalculation.recalculate({ trigger: 'schedule', onlyStale: null, scheduledFor });
    } catch (error) {
      // Another replica or caller is already recalculating, so scores are refreshed anyway.
      if (error instanceof DomainError && error.code === 'RECALCULATION_RUNNING') return;
      this.logger.error('The scheduled recalculation failed.', error);
    }
  }
}
