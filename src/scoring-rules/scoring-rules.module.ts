import { Module } from '@nestjs/common';
import { LeadsModule } from '../leads/leads.module.js';
import { RecalculationModule } from '../recalculation/recalculation.module.js';
import { RulesPreviewService } from './rules-preview.service.js';
import { ScoreQualityService } from '../score-quality/score-quality.service.js';
import { ScoringRulesService } from './scoring-rules.service.js';

@Module({
  imports: [LeadsModule, RecalculationModule],
  providers: [ScoringRulesService, RulesPreviewService, ScoreQualityService],
  exports: [ScoringRulesService, RulesPreviewService],
})
export class ScoringRulesModule {}
