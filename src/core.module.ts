import { type DynamicModule, Module } from '@nestjs/common';
import type { Settings } from './config/settings.js';
import { DatabaseModule } from './database/database.module.js';
import { DataImportModule } from './data-import/data-import.module.js';
import { DemoModule } from './demo/demo.module.js';
import { InteractionListLimit } from './interactions/interaction-list-limit.js';
import { InteractionsModule } from './interactions/interactions.module.js';
import { LeadsModule } from './leads/leads.module.js';
import { ListLimits } from './leads/list-limits.js';
import { ListSizesModule } from './list-sizes/list-sizes.module.js';
import { ScoreSettings } from './leads/scoring/score-settings.js';
import { SummariesModule } from './summaries/summaries.module.js';
import { RecalculationModule } from './recalculation/recalculation.module.js';
import { SummaryBatchesModule } from './summary-batches/summary-batches.module.js';

/** The features and their database, without the API. The server and the commands share this module. */
@Module({})
export class CoreModule {
  static register(settings: Settings, databaseUrl: string): DynamicModule {
    const scores = new ScoreSettings(
      settings.scores.refreshSeconds,
      settings.scores.bands,
      settings.scores.recalculationCron,
    );
    return {
      module: CoreModule,
      imports: [
        DatabaseModule.register(databaseUrl, settings.database, settings.times),
        ListSizesModule.register(settings.lists),
        SummariesModule.register(settings.summaries),
        LeadsModule.register(scores, new ListLimits(settings.lists.maxLeads)),
        RecalculationModule.register(scores, settings.times.recalculationMs),
        SummaryBatchesModule,
        InteractionsModule.register(new InteractionListLimit(settings.lists.maxInteractions)),
        DataImportModule,
        DemoModule,
      ],
      exports: [RecalculationModule, SummaryBatchesModule],
    };
  }
}
