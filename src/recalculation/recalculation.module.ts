import { Module } from '@nestjs/common';
import { RecalculationEvents } from './recalculation-events.js';
import { RecalculationRecordsService } from './recalculation-records.service.js';
import { RecalculationService } from './recalculation.service.js';
import { ScoreRefresher } from './score-refresher.js';

@Module({
  providers: [RecalculationService, ScoreRefresher, RecalculationRecordsService, RecalculationEvents],
  exports: [RecalculationService, RecalculationRecordsService, ScoreRefresher],
})
export class RecalculationModule {}
