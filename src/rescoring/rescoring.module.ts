import { type DynamicModule, Module } from '@nestjs/common';
import { ScoreSettings } from '../leads/scoring/score-settings.js';
import { RescoreEvents } from './rescore-events.js';
import { RescoreRunsService } from './rescore-runs.service.js';
import { RESCORE_TIMEOUT_MS, RescoringResolver } from './rescoring.resolver.js';
import { RescoringService } from './rescoring.service.js';
import { ScoreRefresher } from './score-refresher.js';
import { StopWithServerPlugin } from './stop-with-server.plugin.js';

@Module({})
export class RescoringModule {
  static register(settings: ScoreSettings, timeoutMs: number): DynamicModule {
    return {
      module: RescoringModule,
      providers: [
        { provide: ScoreSettings, useValue: settings },
        RescoringResolver,
        RescoringService,
        ScoreRefresher,
        { provide: RESCORE_TIMEOUT_MS, useValue: timeoutMs },
        RescoreRunsService,
        RescoreEvents,
        StopWithServerPlugin,
      ],
      exports: [RescoringService, ScoreRefresher, ScoreSettings],
    };
  }
}
