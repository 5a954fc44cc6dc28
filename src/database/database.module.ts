import { type DynamicModule, Module } from '@nestjs/common';
import { Sequelize } from 'sequelize';
import type { TimeSettings } from '../config/time-settings.js';
import { InjectConnection, SequelizeModule } from '@nestjs/sequelize';
import { DatabaseAvailability } from './database-availability.js';
import { DedicatedConnections } from './dedicated-connections.js';
import { ProbeConnection } from './probe-connection.js';
import { ProcessPresence } from './process-presence.js';
import { endStatementsWithRequests } from './request-connections.js';
import { sequelizeOptions } from './sequelize-options.js';

/** The connection pool, and connections outside it. Features name their models with `SequelizeModule.forFeature`. */
@Module({})
export class DatabaseModule {
  constructor(@InjectConnection() sequelize: Sequelize, availability: DatabaseAvailability) {
    endStatementsWithRequests(sequelize, availability);
  }

  static register(url: string, poolSize: number, times: TimeSettings): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      imports: [SequelizeModule.forRoot(sequelizeOptions(url, poolSize, times.acquireMs))],
      providers: [
        { provide: DedicatedConnections, useValue: new DedicatedConnections(url) },
        ProbeConnection,
        ProcessPresence,
        DatabaseAvailability,
      ],
      exports: [DatabaseAvailability, DedicatedConnections, ProbeConnection, ProcessPresence],
    };
  }
}
