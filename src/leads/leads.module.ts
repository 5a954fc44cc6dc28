import { type DynamicModule, Module } from '@nestjs/common';
import { SequelizeModule } from '@nestjs/sequelize';
import { Interaction } from '../interactions/interaction.model.js';
import { ContactHistoryLoader } from './contact-history.loader.js';
import { LeadListingResolver } from './lead-listing.resolver.js';
import { LeadLoader } from './lead.loader.js';
import { LeadScoreResolver } from './lead-score.resolver.js';
import { LeadStatsResolver } from './lead-stats.resolver.js';
import { LeadSummaryResolver } from '../summaries/lead-summary.resolver.js';
import { Lead } from './lead.model.js';
import { ListLimits } from './list-limits.js';
import { LeadsResolver } from './leads.resolver.js';
import { LeadsService } from './leads.service.js';
import { LeadCountEstimate } from './listing/lead-count-estimate.js';
import { LeadListingService } from './listing/lead-listing.service.js';
import { ScoreInstantsService } from './score-instants.service.js';
import { ScoreSettings } from './scoring/score-settings.js';
import { StaleScoreLoader } from './stale-score.loader.js';

@Module({})
export class LeadsModule {
  static register(scores: ScoreSettings, lists: ListLimits): DynamicModule {
    return {
      module: LeadsModule,
      imports: [SequelizeModule.forFeature([Lead, Interaction])],
      providers: [
        LeadsResolver,
        LeadScoreResolver,
        LeadSummaryResolver,
        LeadListingResolver,
        LeadStatsResolver,
        LeadsService,
        LeadListingService,
        LeadCountEstimate,
        LeadLoader,
        StaleScoreLoader,
        ScoreInstantsService,
        ContactHistoryLoader,
        { provide: ScoreSettings, useValue: scores },
        { provide: ListLimits, useValue: lists },
      ],
      exports: [LeadsService],
    };
  }
}
