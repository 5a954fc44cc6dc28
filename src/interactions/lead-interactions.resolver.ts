import { ResolveField, Resolver } from '@nestjs/graphql';
import { AssumedSize } from '../graphql/limits/field-extensions.js';
import { LeadType } from '../leads/dto/lead.type.js';
import { InteractionGraphQLType } from './dto/interaction.type.js';
import type { Interaction } from './interaction.model.js';
import { InteractionsOfLeadLoader } from './interactions-of-lead.loader.js';

/** What interactions add to a lead. */
@Resolver(() => LeadType)
export class LeadInteractionsResolver {
  constructor(private readonly loader: InteractionsOfLeadLoader) {}

  @AssumedSize(100)
  @ResolveField(() => [InteractionGraphQLType], {
    nullable: true,
    description: 'All contacts with the lead, newest first.',
  })
  interactions(lead: LeadType, _args: object, context: object): Promise<Interaction[]> {
    return this.loader.load(context, lead.id);
  }
}
