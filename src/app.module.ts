import { type DynamicModule, Module } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ScheduleModule } from '@nestjs/schedule';
import { AccessModule } from './access/access.module.js';
import { clientAddressOf } from './common/client-address.js';
import type { Settings } from './config/settings.js';
import { CoreModule } from './core.module.js';
import { isAllowedOrigin } from './common/allowed-origin.js';
import { GraphiqlModule } from './graphiql/graphiql.module.js';
import { GraphqlModule } from './graphql/graphql.module.js';
import { DatabaseAvailability } from './database/database-availability.js';
import { DatabaseMonitor } from './database/database-monitor.js';
import { WriteMonitor } from './database/write-monitor.js';
import { DedicatedConnections } from './database/dedicated-connections.js';
import { HealthModule } from './health/health.module.js';
import type { Connections } from './http/connections.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { callerKeyOf } from './rate-limits/caller-key.js';
import { RateLimiter } from './rate-limits/rate-limiter.js';
import { RateLimitsModule } from './rate-limits/rate-limits.module.js';
import { RecalculationSchedule } from './recalculation/recalculation.schedule.js';
import { ScoreRefreshSchedule } from './recalculation/score-refresh.schedule.js';
import { SummaryWorkers } from './summary-batches/summary-workers.js';
import { SummaryWorkersStart } from './summary-batches/summary-workers.start.js';

/** The root module of the server. */
@Module({})
export class AppModule {
  static register(settings: Settings, databaseUrl: string, connections: Connections): DynamicModule {
    const limiter = new RateLimiter(settings.limits.rates);
    return {
      module: AppModule,
      imports: [
        CoreModule.register(settings, databaseUrl),
        AccessModule.register(settings, limiter),
        RateLimitsModule.register(limiter),
        GraphqlModule.register({
          environment: settings.environment,
          compilesQueries: settings.compilesQueries,
          isAllowedOrigin: isAllowedOrigin(settings.http.corsOrigins),
          limits: settings.limits.query,
          listLimits: { leads: settings.lists.maxLeads, interactions: settings.lists.maxInteractions },
          socketLimits: settings.limits.sockets,
          keepConnection: (connection) => {
            connections.keep(connection);
          },
          rates: limiter,
          addressOf: clientAddressOf(settings.http.trustProxy),
          callerOf: (context) => callerKeyOf((context as { req: FastifyRequest }).req),
          timeoutMs: settings.times.requestMs,
        }),
        ...(settings.environment === 'development' ? [GraphiqlModule] : []),
        ScheduleModule.forRoot(),
        HealthModule.register(settings.summaries.workerCount),
        MetricsModule.register(settings.observability.metricsReaders),
      ],
      providers: [
        RecalculationSchedule,
        ScoreRefreshSchedule,
        {
          provide: DatabaseMonitor,
          inject: [DedicatedConnections, DatabaseAvailability],
          useFactory: (connections: DedicatedConnections, availability: DatabaseAvailability) =>
            new DatabaseMonitor(connections, availability, settings.times.pingMs),
        },
        {
          provide: WriteMonitor,
          inject: [DedicatedConnections, DatabaseAvailability],
          useFactory: (connections: DedicatedConnections, availability: DatabaseAvailability) =>
            new WriteMonitor(connections, availability, settings.times.pingMs),
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
