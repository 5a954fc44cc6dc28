import { type DynamicModule, Module } from '@nestjs/common';
import type { Settings } from './config/settings.js';
import { CoreModule } from './core.module.js';
import { GraphqlModule } from './graphql/graphql.module.js';

/** The whole server. */
@Module({})
export class AppModule {
  static register(settings: Settings, databaseUrl: string): DynamicModule {
    return {
      module: AppModule,
      imports: [CoreModule.register(settings, databaseUrl), GraphqlModule.register(settings.environment)],
    };
  }
}
