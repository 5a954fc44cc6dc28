import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { SummaryBatchesModule } from '../summary-batches/summary-batches.module.js';
import { HealthController } from './health.controller.js';
import { Readiness } from './readiness.js';
import { ServerChecks } from './server-checks.js';

/** Health endpoints, which need no authentication. */
@Module({
  imports: [TerminusModule.forRoot({ logger: false }), SummaryBatchesModule],
  controllers: [HealthController],
  providers: [ServerChecks, Readiness],
  exports: [Readiness],
})
export class HealthModule {}
