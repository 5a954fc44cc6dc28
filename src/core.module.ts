import { type DynamicModule, Module, type Type } from '@nestjs/common';
import type { Settings } from './config/settings.js';
import { SettingsModule } from './config/settings.module.js';
import { DatabaseModule } from './database/database.module.js';
import { ListSizesModule } from './list-sizes/list-sizes.module.js';
import { SummariesModule } from './summaries/summaries.module.js';

/**
 * The base of the server and of each command: the global modules. A command adds the modules of the features
 * that it uses, and loads no resolver.
 */
@Module({})
export class CoreModule {
  static register(settings: Settings, databaseUrl: string, ...features: Type[]): DynamicModule {
    return {
      module: CoreModule,
      imports: [
        SettingsModule.register(settings),
        DatabaseModule.register(databaseUrl, settings.database, settings.times),
        ListSizesModule,
        SummariesModule,
        ...features,
      ],
    };
  }
}
