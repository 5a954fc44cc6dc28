import { Module } from '@nestjs/common';
import { SequelizeModule } from '@nestjs/sequelize';
import { Lead } from '../leads/lead.model.js';
import { InteractionCountLoader } from './interaction-count.loader.js';
import { InteractionCountResolver, InteractionListingResolver } from './interaction-listing.resolver.js';
import { InteractionListingService } from './interaction-listing.service.js';
import { InteractionPageLoader } from './interaction-page.loader.js';
import { InteractionLoader } from './interaction.loader.js';
import { Interaction } from './interaction.model.js';
import { InteractionsOfLeadLoader } from './interactions-of-lead.loader.js';
import { InteractionsResolver } from './interactions.resolver.js';
import { InteractionsService } from './interactions.service.js';
import { KeyPointInteractionsResolver } from './key-point-interactions.resolver.js';
import { LeadInteractionsResolver } from './lead-interactions.resolver.js';
import { ScorePointCauseResolver } from './score-point-cause.resolver.js';
import { WithheldInteractionsResolver } from './withheld-interactions.resolver.js';

@Module({
  imports: [SequelizeModule.forFeature([Lead, Interaction])],
  providers: [
    InteractionsResolver,
    InteractionsService,
    InteractionLoader,
    InteractionListingService,
    InteractionListingResolver,
    InteractionCountResolver,
    InteractionPageLoader,
    InteractionCountLoader,
    InteractionsOfLeadLoader,
    LeadInteractionsResolver,
    KeyPointInteractionsResolver,
    WithheldInteractionsResolver,
    ScorePointCauseResolver,
  ],
})
export class InteractionsModule {}
