import { Module } from '@nestjs/common';
import { RecalculationModule } from './recalculation.module.js';
import { RecalculationResolver } from './recalculation.resolver.js';
import { RecalculationSchedule } from './recalculation.schedule.js';
import { ScoreRefreshSchedule } from './score-refresh.schedule.js';

/** The parts of the feature that only the server needs. */
@Module({
  imports: [RecalculationModule],
  providers: [RecalculationResolver, RecalculationSchedule, ScoreRefreshSchedule],
  exports: [RecalculationModule],
})
export class RecalculationServerModule {}
