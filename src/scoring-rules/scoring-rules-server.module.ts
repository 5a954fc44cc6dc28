import { Module } from '@nestjs/common';
import { LeadsModule } from '../leads/leads.module.js';
import { ScoringRulesModule } from './scoring-rules.module.js';
import { ScoreMoverResolver, ScoringRulesResolver } from './scoring-rules.resolver.js';

/** The parts of the feature that only the server needs. */
@Module({
  imports: [ScoringRulesModule, LeadsModule],
  providers: [ScoringRulesResolver, ScoreMoverResolver],
})
export class ScoringRulesServerModule {}
