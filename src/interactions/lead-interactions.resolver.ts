import { ResolveField, Resolver } from '@nestjs/graphql';
import type { GraphQLResolveInfo } from 'graphql';
import { ListOf } from '../graphql/limits/field-extensions.js';
import { readForList } from '../graphql/selected-fields.js';
import { LeadType } from '../leads/dto/lead.type.js';
import { InteractionGraphQLType } from './dto/interaction.type.js';
import { columnsOfFields, type PartOfInteraction } from './interaction-record.js';
import { InteractionsOfLeadLoader } from './interactions-of-lead.loader.js';

const columnsFor = readForList(columnsOfFields);

/** Adds interactions to leads. */
@Resolver(() => LeadType)
export class LeadInteractionsResolver {
  constructor(private readonly loader: InteractionsOfLeadLoader) {}

  @ListOf('interactions')
  @ResolveField(() => [InteractionGraphQLType], {
    nullable: true,
    description: 'All contacts with the lead, newest first.',
  })
  interactions(
    { id: leadId }: LeadType,
    _args: object,
    context: object,
    info: GraphQLResolveInfo,
  ): Promise<PartOfInteraction[]> {
    return this.loader.load(context, { leadId, columns: columnsFor(info) });
  }
}
