import { Module } from '@nestjs/common';
import { ScoreEvaluationsModule } from './score-evaluations.module.js';
import { LeadWinRateResolver, ScoreEvaluationsResolver } from './score-evaluations.resolver.js';

/** The parts of the feature that only the server needs. */
@Module({
  imports: [ScoreEvaluationsModule],
  providers: [ScoreEvaluationsResolver, LeadWinRateResolver],
  exports: [ScoreEvaluationsModule],
})
export class ScoreEvaluationsServerModule {}
