import { type DynamicModule, Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import type { Settings } from './config/settings.js';
import { CoreModule } from './core.module.js';
import { isAllowedOrigin } from './common/allowed-origin.js';
import { GraphiqlModule } from './graphiql/graphiql.module.js';
import { GraphqlModule } from './graphql/graphql.module.js';
import { HealthModule } from './health/health.module.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { RescoreSchedule } from './rescoring/rescore.schedule.js';
import { SummaryWorkers } from './summary-batches/summary-workers.js';
import { SummaryWorkersStart } from './summary-batches/summary-workers.start.js';

/** The whole server. */
@Module({})
export class AppModule {
  static register(settings: Settings, databaseUrl: string): DynamicModule {
    return {
      module: AppModule,
      imports: [
        CoreModule.register(settings, databaseUrl),
        GraphqlModule.register(settings.environment, isAllowedOrigin(settings.http.corsOrigins)),
        ...(settings.environment === 'development' ? [GraphiqlModule] : []),
        ScheduleModule.forRoot(),
        HealthModule.register(settings.summaries.workerCount),
        MetricsModule.register(settings.observability.metricsReaders),
      ],
      providers: [
        RescoreSchedule,
        {
          provide: SummaryWorkersStart,
          inject: [SummaryWorkers],
          useFactory: (workers: SummaryWorkers) =>
            new SummaryWorkersStart(workers, settings.summaries.workerCount),
        },
      ],
    };
  }
}
