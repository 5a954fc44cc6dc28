import { type DynamicModule, Logger, Module } from '@nestjs/common';
import { SequelizeModule } from '@nestjs/sequelize';
import type { DatabaseSettings } from '../config/database-settings.js';
import type { TimeSettings } from '../config/time-settings.js';
import { ConnectionGate } from './connection-gate.js';
import { DatabaseAvailability } from './database-availability.js';
import { DedicatedConnections } from './dedicated-connections.js';
import { PoolerGuard } from './pooler.js';
import { ProbeConnection } from './probe-connection.js';
import { ProcessLiveness } from './process-liveness.js';
import { ReadReplicas } from './replicas/read-replicas.js';
import { sequelizeOptions } from './sequelize-options.js';

/**
 * The connection pool, and connections outside it. Features register their models with
 * `SequelizeModule.forFeature`.
 */
@Module({})
export class DatabaseModule {
  /**
   * @param url of the primary itself: sessions that listen, hold locks or get cancelled cannot use a pooler
   */
  static register(
    url: string,
    { poolerUrl, poolSize, replicaUrls, replicaMaxLagMs }: DatabaseSettings,
    { acquireMs }: TimeSettings,
  ): DynamicModule {
    const replicas = new ReadReplicas({
      primaryUrl: url,
      replicaUrls,
      maxLagMs: replicaMaxLagMs,
      poolSize,
    });
    const connections = new DedicatedConnections(url);
    const logger = new Logger(DatabaseModule.name);
    const pooler =
      poolerUrl === null
        ? null
        : new PoolerGuard(connections, (message) => {
            logger.error(message);
          });
    return {
      module: DatabaseModule,
      global: true,
      imports: [
        SequelizeModule.forRoot(
          sequelizeOptions({
            url: poolerUrl ?? url,
            poolSize,
            acquireMs,
            isPooled: pooler !== null,
            check: pooler === null ? undefined : (session) => pooler.check(session),
          }),
        ),
      ],
      providers: [
        { provide: DedicatedConnections, useValue: connections },
        ConnectionGate,
        ProbeConnection,
        ProcessLiveness,
        DatabaseAvailability,
        { provide: ReadReplicas, useValue: replicas },
      ],
      exports: [
        ConnectionGate,
        DatabaseAvailability,
        DedicatedConnections,
        ProbeConnection,
        ProcessLiveness,
        ReadReplicas,
      ],
    };
  }
}
