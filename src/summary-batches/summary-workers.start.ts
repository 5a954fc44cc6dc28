import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { SummaryWorkers } from './summary-workers.js';

/** Has the server take part in writing summaries, with as many workers as the settings say. */
@Injectable()
export class SummaryWorkersStart implements OnApplicationBootstrap {
  constructor(
    private readonly workers: SummaryWorkers,
    private readonly workerCount: number,
  ) {}

  onApplicationBootstrap(): Promise<void> {
    return this.workers.start(this.workerCount);
  }
}
