import { type DynamicModule, Module } from '@nestjs/common';
import { ScoreSettings } from '../leads/scoring/score-settings.js';
import { RecalculationEvents } from './recalculation-events.js';
import { RecalculationRecordsService } from './recalculation-records.service.js';
import { RECALCULATION_TIMEOUT_MS, RecalculationResolver } from './recalculation.resolver.js';
import { RecalculationService } from './recalculation.service.js';
import { ScoreRefresher } from './score-refresher.js';
import { StopWithServerPlugin } from './stop-with-server.plugin.js';

@Module({})
export class RecalculationModule {
  static register(settings: ScoreSettings, timeoutMs: number): DynamicModule {
    return {
      module: RecalculationModule,
      providers: [
        { provide: ScoreSettings, useValue: settings },
        RecalculationResolver,
        RecalculationService,
        ScoreRefresher,
        { provide: RECALCULATION_TIMEOUT_MS, useValue: timeoutMs },
        RecalculationRecordsService,
        RecalculationEvents,
        StopWithServerPlugin,
      ],
      exports: [RecalculationService, ScoreRefresher, ScoreSettings],
    };
  }
}
