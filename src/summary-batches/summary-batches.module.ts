import { Module } from '@nestjs/common';
import { SpentJobs } from './spent-jobs.js';
import { SummaryBatchEvents } from './summary-batch-events.js';
import { SummaryBatchItems } from './summary-batch-items.js';
import { SummaryBatchesService } from './summary-batches.service.js';
import { SummaryJobHandler } from './summary-job-handler.js';
import { SummaryWorkers } from './summary-workers.js';

@Module({
  providers: [
    SummaryBatchesService,
    SummaryBatchEvents,
    SummaryBatchItems,
    SummaryJobHandler,
    SpentJobs,
    SummaryWorkers,
  ],
  exports: [SummaryBatchesService, SummaryWorkers],
})
export class SummaryBatchesModule {}
