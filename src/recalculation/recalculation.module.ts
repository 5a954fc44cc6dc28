import { Module } from '@nestjs/common';
import { RecalculationEvents } from './recalculation-events.js';
import { RecalculationRecordsService } from './recalculation-records.service.js';
import { RecalculationResolver } from './recalculation.resolver.js';
import { RecalculationService } from './recalculation.service.js';
import { ScoreRefresher } from './score-refresher.js';
import { StopWithServerPlugin } from './stop-with-server.plugin.js';

@Module({
  providers: [
    RecalculationResolver,
    RecalculationService,
    ScoreRefresher,
    RecalculationRecordsService,
    RecalculationEvents,
    StopWithServerPlugin,
  ],
  exports: [RecalculationService, ScoreRefresher],
})
export class RecalculationModule {}
