import { type DynamicModule, Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import type { Settings } from './config/settings.js';
import { CoreModule } from './core.module.js';
import { isAllowedOrigin } from './common/allowed-origin.js';
import { DatabaseAvailability } from './database/database-availability.js';
import { DatabaseWatch } from './database/database-watch.js';
import { DedicatedConnections } from './database/dedicated-connections.js';
import { GraphiqlModule } from './graphiql/graphiql.module.js';
import { GraphqlModule } from './graphql/graphql.module.js';
import { HealthController } from './health/health.controller.js';
import { Readiness } from './health/readiness.js';
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
        GraphqlModule.register(
          settings.environment,
          isAllowedOrigin(settings.http.corsOrigins),
          settings.times.requestMs,
        ),
        ...(settings.environment === 'development' ? [GraphiqlModule] : []),
        ScheduleModule.forRoot(),
      ],
      controllers: [HealthController],
      providers: [
        RescoreSchedule,
        Readiness,
        {
          provide: DatabaseWatch,
          inject: [DedicatedConnections, DatabaseAvailability],
          useFactory: (connections: DedicatedConnections, availability: DatabaseAvailability) =>
            new DatabaseWatch(connections, availability, settings.times.pingMs),
        },
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
