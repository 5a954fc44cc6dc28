import { Module } from '@nestjs/common';
import { SummaryBatchEvents } from './summary-batch-events.js';
import { SummaryBatchItems } from './summary-batch-items.js';
import { SummaryBatchesResolver } from './summary-batches.resolver.js';
import { SummaryBatchesService } from './summary-batches.service.js';
import { SummaryJobHandler } from './summary-job-handler.js';
import { SummaryWorkers } from './summary-workers.js';

@Module({
  providers: [
    SummaryBatchesResolver,
    SummaryBatchesService,
    SummaryBatchEvents,
    SummaryBatchItems,
    SummaryJobHandler,
    SummaryWorkers,
  ],
  exports: [SummaryBatchesService, SummaryWorkers],
})
export class SummaryBatchesModule {}
