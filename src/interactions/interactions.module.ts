import { Module } from '@nestjs/common';
import { SequelizeModule } from '@nestjs/sequelize';
import { Lead } from '../leads/lead.model.js';
import { Interaction } from './interaction.model.js';
import { InteractionsOfLeadLoader } from './interactions-of-lead.loader.js';
import { InteractionsResolver } from './interactions.resolver.js';
import { InteractionsService } from './interactions.service.js';
import { LeadInteractionsResolver } from './lead-interactions.resolver.js';

@Module({
  imports: [SequelizeModule.forFeature([Lead, Interaction])],
  providers: [InteractionsResolver, InteractionsService, InteractionsOfLeadLoader, LeadInteractionsResolver],
})
export class InteractionsModule {}
