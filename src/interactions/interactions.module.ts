import { Module } from '@nestjs/common';
import { SequelizeModule } from '@nestjs/sequelize';
import { Lead } from '../leads/lead.model.js';
import { InteractionCountLoader } from './interaction-count.loader.js';
import { InteractionListingService } from './interaction-listing.service.js';
import { InteractionPageLoader } from './interaction-page.loader.js';
import { InteractionLoader } from './interaction.loader.js';
import { Interaction } from './interaction.model.js';
import { InteractionsOfLeadLoader } from './interactions-of-lead.loader.js';
import { InteractionsService } from './interactions.service.js';

@Module({
  imports: [SequelizeModule.forFeature([Lead, Interaction])],
  providers: [
    InteractionsService,
    InteractionListingService,
    InteractionLoader,
    InteractionPageLoader,
    InteractionCountLoader,
    InteractionsOfLeadLoader,
  ],
  exports: [
    InteractionsService,
    InteractionListingService,
    InteractionLoader,
    InteractionPageLoader,
    InteractionCountLoader,
    InteractionsOfLeadLoader,
  ],
})
export class InteractionsModule {}
