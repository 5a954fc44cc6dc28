import { type DynamicModule, Module } from '@nestjs/common';
import type { Settings } from './config/settings.js';
import { SettingsModule } from './config/settings.module.js';
import { DatabaseModule } from './database/database.module.js';
import { DataImportModule } from './data-import/data-import.module.js';
import { DemoModule } from './demo/demo.module.js';
import { InteractionsModule } from './interactions/interactions.module.js';
import { LeadsModule } from './leads/leads.module.js';
import { ListSizesModule } from './list-sizes/list-sizes.module.js';
import { SummariesModule } from './summaries/summaries.module.js';
import { RecalculationModule } from './recalculation/recalculation.module.js';
import { SummaryBatchesModule } from './summary-batches/summary-batches.module.js';

/** The features and their database, without the API. The server and the commands share this module. */
@Module({})
export class CoreModule {
  static register(settings: Settings, databaseUrl: string): DynamicModule {
    return {
      module: CoreModule,
      imports: [
        SettingsModule.register(settings),
        DatabaseModule.register(databaseUrl, settings.database, settings.times),
        ListSizesModule,
        SummariesModule,
        LeadsModule,
        RecalculationModule,
        SummaryBatchesModule,
        InteractionsModule,
        DataImportModule,
        DemoModule,
      ],
      exports: [RecalculationModule, SummaryBatchesModule],
    };
  }
}
