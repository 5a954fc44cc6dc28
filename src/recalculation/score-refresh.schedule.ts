import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { ScoreSettings } from '../config/score-settings.js';
import { ScoreRefresher } from './score-refresher.js';

/** Refreshes scores while the server runs: once at startup, then at the configured interval. */
@Injectable()
export class ScoreRefreshSchedule implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(ScoreRefreshSchedule.name);
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly settings: ScoreSettings,
    private readonly refresher: ScoreRefresher,
  ) {}

  onApplicationBootstrap(): void {
    if (this.settings.refreshSeconds !== null) this.running = this.run(this.settings.refreshSeconds * 1000);
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(intervalMs: number): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await this.refresh(signal);
      await sleep(intervalMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  private async refresh(signal: AbortSignal): Promise<void> {
    try {
      const { failures } = await this.refresher.refresh(signal);
      for (const { leadId, reason } of failures) {
        this.logger.warn(`The score of lead ${leadId} cannot be refreshed: ${reason}`);
      }
    } catch (error) {
      if (!signal.aborted) this.logger.warn('Scores could not be refreshed.', error);
    }
  }
}
