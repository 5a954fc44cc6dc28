import { Module } from '@nestjs/common';
import { ScoreQualityService } from '../score-quality/score-quality.service.js';
import { ScoringRulesModule } from '../scoring-rules/scoring-rules.module.js';
import { ScoreEvaluationEvents } from './score-evaluation-events.js';
import { ScoreEvaluationRecordsService } from './score-evaluation-records.service.js';
import { ScoreEvaluationsService } from './score-evaluations.service.js';
import { WinRatesService } from './win-rates.service.js';

@Module({
  imports: [ScoringRulesModule],
  providers: [
    ScoreEvaluationsService,
    ScoreEvaluationRecordsService,
    ScoreEvaluationEvents,
    WinRatesService,
    ScoreQualityService,
  ],
  exports: [ScoreEvaluationsService, ScoreEvaluationRecordsService, WinRatesService, ScoringRulesModule],
})
export class ScoreEvaluationsModule {}
