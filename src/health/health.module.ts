import { type DynamicModule, Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { SummaryBatchesModule } from '../summary-batches/summary-batches.module.js';
import { HealthController } from './health.controller.js';
import { Readiness } from './readiness.js';
import { ServerChecks, WorkerCount } from './server-checks.js';

/** Health endpoints, which need no authentication. */
@Module({})
export class HealthModule {
  /** @param workerCount number of summaries that this server writes at the same time */
  static register(workerCount: number): DynamicModule {
    return {
      module: HealthModule,
      imports: [TerminusModule.forRoot({ logger: false }), SummaryBatchesModule],
      controllers: [HealthController],
      providers: [ServerChecks, Readiness, { provide: WorkerCount, useValue: new WorkerCount(workerCount) }],
      exports: [Readiness],
    };
  }
}
