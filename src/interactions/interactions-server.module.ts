import { Module } from '@nestjs/common';
import { HistoryEntryInteractionResolver } from './history-entry-interaction.resolver.js';
import { InteractionCountResolver, InteractionListingResolver } from './interaction-listing.resolver.js';
import { InteractionsModule } from './interactions.module.js';
import { InteractionsResolver } from './interactions.resolver.js';
import { KeyPointInteractionsResolver } from './key-point-interactions.resolver.js';
import { LeadInteractionsResolver } from './lead-interactions.resolver.js';
import { ScorePointCauseResolver } from './score-point-cause.resolver.js';
import { WithheldInteractionsResolver } from './withheld-interactions.resolver.js';

/** The parts of the feature that only the server needs. */
@Module({
  imports: [InteractionsModule],
  providers: [
    InteractionsResolver,
    InteractionListingResolver,
    InteractionCountResolver,
    LeadInteractionsResolver,
    KeyPointInteractionsResolver,
    WithheldInteractionsResolver,
    ScorePointCauseResolver,
    HistoryEntryInteractionResolver,
  ],
})
export class InteractionsServerModule {}
