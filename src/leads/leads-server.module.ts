import { Module } from '@nestjs/common';
import { LeadSummaryResolver } from '../summaries/lead-summary.resolver.js';
import { LeadHistoryResolver } from './history/lead-history.resolver.js';
import { LeadListingResolver } from './lead-listing.resolver.js';
import { LeadScoreResolver } from './lead-score.resolver.js';
import { LeadStatsResolver } from './lead-stats.resolver.js';
import { LeadsModule } from './leads.module.js';
import { LeadsResolver } from './leads.resolver.js';

/** The parts of the feature that only the server needs. */
@Module({
  imports: [LeadsModule],
  providers: [
    LeadsResolver,
    LeadScoreResolver,
    LeadSummaryResolver,
    LeadListingResolver,
    LeadStatsResolver,
    LeadHistoryResolver,
  ],
})
export class LeadsServerModule {}
