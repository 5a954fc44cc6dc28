import { type DynamicModule, Module } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ScheduleModule } from '@nestjs/schedule';
import { AccessModule } from './access/access.module.js';
import type { Settings } from './config/settings.js';
import { CoreModule, type SharedObjects } from './core.module.js';
import { DemoModule } from './demo/demo.module.js';
import { ExportsServerModule } from './exports/exports-server.module.js';
import { GracefulShutdown } from './graceful-shutdown.js';
import { GraphiqlModule } from './graphiql/graphiql.module.js';
import { GraphqlModule } from './graphql/graphql.module.js';
import { DatabaseMonitor } from './database/database-monitor.js';
import { WriteMonitor } from './database/write-monitor.js';
import { ReadRoutesPlugin } from './database/replicas/read-routes.plugin.js';
import { HealthModule } from './health/health.module.js';
import type { Connections } from './http/connections.js';
import { ImportsServerModule } from './imports/imports-server.module.js';
import { InteractionsServerModule } from './interactions/interactions-server.module.js';
import { LeadsServerModule } from './leads/leads-server.module.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { callerKeyOf } from './rate-limits/caller-key.js';
import { RateLimiter } from './rate-limits/rate-limiter.js';
import { RateLimitsModule } from './rate-limits/rate-limits.module.js';
import { RecalculationServerModule } from './recalculation/recalculation-server.module.js';
import { ScoreEvaluationsServerModule } from './score-evaluations/score-evaluations-server.module.js';
import { ScoringRulesServerModule } from './scoring-rules/scoring-rules-server.module.js';
import { SummaryBatchesServerModule } from './summary-batches/summary-batches-server.module.js';

/** The root module of the server. */
@Module({})
export class AppModule {
  static register(
    settings: Settings,
    databaseUrl: string,
    connections: Connections,
    shared: SharedObjects,
  ): DynamicModule {
    const limiter = new RateLimiter(settings.limits.rates);
    return {
      module: AppModule,
      imports: [
        CoreModule.register(settings, databaseUrl, [], shared),
        LeadsServerModule,
        RecalculationServerModule,
        ScoringRulesServerModule,
        ScoreEvaluationsServerModule,
        SummaryBatchesServerModule,
        InteractionsServerModule,
        ImportsServerModule,
        DemoModule,
        ExportsServerModule,
        AccessModule.register(limiter),
        RateLimitsModule.register(limiter),
        GraphqlModule.register({
          keepConnection: (connection) => {
            connections.keep(connection);
          },
          rates: limiter,
          callerOf: (context) => callerKeyOf((context as { req: FastifyRequest }).req),
        }),
        ...(settings.environment === 'development' ? [GraphiqlModule] : []),
        ScheduleModule.forRoot(),
        HealthModule,
        MetricsModule,
      ],
      providers: [GracefulShutdown, ReadRoutesPlugin, DatabaseMonitor, WriteMonitor],
    };
  }
}
