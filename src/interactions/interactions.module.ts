import { Module } from '@nestjs/common';
import { SequelizeModule } from '@nestjs/sequelize';
import { Lead } from '../leads/lead.model.js';
import { InteractionLoader } from './interaction.loader.js';
import { Interaction } from './interaction.model.js';
import { InteractionsOfLeadLoader } from './interactions-of-lead.loader.js';
import { InteractionsResolver } from './interactions.resolver.js';
import { InteractionsService } from './interactions.service.js';
import { KeyPointInteractionsResolver } from './key-point-interactions.resolver.js';
import { LeadInteractionsResolver } from './lead-interactions.resolver.js';
import { WithheldInteractionsResolver } from './withheld-interactions.resolver.js';

@Module({
  imports: [SequelizeModule.forFeature([Lead, Interaction])],
  providers: [
    InteractionsResolver,
    InteractionsService,
    InteractionLoader,
    InteractionsOfLeadLoader,
    LeadInteractionsResolver,
    KeyPointInteractionsResolver,
    WithheldInteractionsResolver,
  ],
})
export class InteractionsModule {}
