import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { OpenRequests } from './common/request-deadline.js';
import { Tracer } from './common/spans.js';
import type { Settings } from './config/settings.js';
import { SettingsModule } from './config/settings.module.js';
import { DatabaseModule } from './database/database.module.js';
import { ListSizesModule } from './list-sizes/list-sizes.module.js';
import { SummariesModule } from './summaries/summaries.module.js';

/** Objects that all modules of one application share. Another application in the process has its own. */
export interface SharedObjects {
  readonly openRequests: OpenRequests;
  readonly tracer: Tracer;
}

@Module({})
class SharedObjectsModule {}

/**
 * The base of the server and of each command: the global modules. A command adds the modules of the features
 * that it uses, and loads no resolver.
 */
@Module({})
export class CoreModule {
  static register(
    settings: Settings,
    databaseUrl: string,
    features: Type[],
    { openRequests, tracer }: SharedObjects = {
      openRequests: new OpenRequests(settings.times.requestMs),
      tracer: new Tracer(),
    },
  ): DynamicModule {
    return {
      module: CoreModule,
      imports: [
        SettingsModule.register(settings),
        {
          module: SharedObjectsModule,
          global: true,
          providers: [
            { provide: OpenRequests, useValue: openRequests },
            { provide: Tracer, useValue: tracer },
          ],
          exports: [OpenRequests, Tracer],
        },
        DatabaseModule.register(databaseUrl, settings.database, settings.times),
        ListSizesModule,
        SummariesModule,
        ...features,
      ],
    };
  }
}
