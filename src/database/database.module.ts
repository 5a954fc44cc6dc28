import { type DynamicModule, Module } from '@nestjs/common';
import { SequelizeModule } from '@nestjs/sequelize';
import { sequelizeOptions } from './sequelize-options.js';

/** The connection pool. Features name their models with `SequelizeModule.forFeature`. */
@Module({})
export class DatabaseModule {
  static register(url: string, poolSize: number): DynamicModule {
    return {
      module: DatabaseModule,
      imports: [SequelizeModule.forRoot(sequelizeOptions(url, poolSize))],
    };
  }
}
