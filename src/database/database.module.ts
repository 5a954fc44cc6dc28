import { type DynamicModule, Module } from '@nestjs/common';
import { SequelizeModule } from '@nestjs/sequelize';
import { DedicatedConnections } from './dedicated-connections.js';
import { ProbeConnection } from './probe-connection.js';
import { ProcessPresence } from './process-presence.js';
import { sequelizeOptions } from './sequelize-options.js';

/** The connection pool, and connections outside it. Features name their models with `SequelizeModule.forFeature`. */
@Module({})
export class DatabaseModule {
  static register(url: string, poolSize: number): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      imports: [SequelizeModule.forRoot(sequelizeOptions(url, poolSize))],
      providers: [
        { provide: DedicatedConnections, useValue: new DedicatedConnections(url) },
        ProbeConnection,
        ProcessPresence,
      ],
      exports: [DedicatedConnections, ProbeConnection, ProcessPresence],
    };
  }
}
