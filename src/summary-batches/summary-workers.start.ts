import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { SummarySettings } from '../config/summary-settings.js';
import { SummaryWorkers } from './summary-workers.js';

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
