import { Module } from '@nestjs/common';
import { SummaryBatchesModule } from './summary-batches.module.js';
import { SummaryBatchesResolver } from './summary-batches.resolver.js';
import { SummaryWorkersStart } from './summary-workers.js';

/** The parts of the feature that only the server needs. */
@Module({
  imports: [SummaryBatchesModule],
  providers: [SummaryBatchesResolver, SummaryWorkersStart],
  exports: [SummaryBatchesModule],
})
export class SummaryBatchesServerModule {}
