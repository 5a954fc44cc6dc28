import { Module } from '@nestjs/common';
import { SequelizeModule } from '@nestjs/sequelize';
import { Interaction } from '../interactions/interaction.model.js';
import { ContactHistoryLoader } from './contact-history.loader.js';
import { LeadHistoryPageLoader } from './history/lead-history-page.loader.js';
import { LeadHistoryService } from './history/lead-history.service.js';
import { LeadLoader } from './lead.loader.js';
import { Lead } from './lead.model.js';
import { LeadsService } from './leads.service.js';
import { LeadCountEstimate } from './listing/lead-count-estimate.js';
import { LeadListingService } from './listing/lead-listing.service.js';
import { ScoreInstantsService } from './score-instants.service.js';
import { ScoringRulesStore } from './scoring/scoring-rules.store.js';
import { StaleScoreLoader } from './stale-score.loader.js';

@Module({
  imports: [SequelizeModule.forFeature([Lead, Interaction])],
  providers: [
    LeadsService,
    LeadListingService,
    LeadCountEstimate,
    LeadLoader,
    StaleScoreLoader,
    ScoreInstantsService,
    ContactHistoryLoader,
    LeadHistoryService,
    LeadHistoryPageLoader,
    ScoringRulesStore,
  ],
  exports: [
    LeadsService,
    LeadListingService,
    LeadLoader,
    StaleScoreLoader,
    ScoreInstantsService,
    LeadHistoryService,
    ScoringRulesStore,
  ],
})
export class LeadsModule {}
