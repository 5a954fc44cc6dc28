import { AllowedTo } from '../access/allowed-to.js';
import { Args, Info, Int, Mutation, Query, Resolver } from '@nestjs/graphql';
import type { GraphQLResolveInfo } from 'graphql';
import { readForList } from '../graphql/selected-fields.js';
import { ListOf } from '../graphql/limits/field-extensions.js';
import { CreateInteractionInput } from './dto/create-interaction.input.js';
import { InteractionGraphQLType } from './dto/interaction.type.js';
import { UpdateInteractionInput } from './dto/update-interaction.input.js';
import { columnsOfFields, type PartOfInteraction } from './interaction-record.js';
import type { Interaction } from './interaction.model.js';
import { InteractionsService } from './interactions.service.js';

const columnsFor = readForList(columnsOfFields);

@Resolver(() => InteractionGraphQLType)
export class InteractionsResolver {
  constructor(private readonly interactions: InteractionsService) {}

  @AllowedTo('viewer')
  @ListOf('interactions')
  @Query(() => [InteractionGraphQLType], {
    name: 'interactions',
    description:
      'All interactions of all leads, newest first. Fails with LIST_TOO_LONG if there are more interactions than the setting INTERACTIONS_LIST_LIMIT allows.',
  })
  findAll(@Info() info: GraphQLResolveInfo): Promise<PartOfInteraction[]> {
    return this.interactions.findAll(columnsFor(info));
  }

  @AllowedTo('viewer')
  @Query(() => InteractionGraphQLType, {
    name: 'interaction',
    nullable: true,
    description: 'One interaction. Null if it does not exist.',
  })
  findOne(
    @Args('id', { type: () => Int, description: 'The id of the interaction.' }) id: number,
  ): Promise<Interaction | null> {
    return this.interactions.findById(id);
  }

  @AllowedTo('viewer')
  @ListOf('interactions')
  @Query(() => [InteractionGraphQLType], {
    name: 'interactionsByLead',
    description:
      'The interactions of one lead, newest first. Empty if the lead does not exist. Fails with LIST_TOO_LONG if there are more interactions than the setting INTERACTIONS_LIST_LIMIT allows.',
  })
  findByLead(
    @Args('leadId', { type: () => Int, description: 'The id of the lead.' }) leadId: number,
    @Info() info: GraphQLResolveInfo,
  ): Promise<PartOfInteraction[]> {
    return this.interactions.findByLeadIds([leadId], columnsFor(info));
  }

  @AllowedTo('rep')
  @Mutation(() => InteractionGraphQLType, {
    description:
      'Records an interaction and recalculates the score of its lead. Fails with NOT_FOUND if the lead does not exist.',
  })
  createInteraction(
    @Args('createInteractionInput', { description: 'The new interaction.' }) input: CreateInteractionInput,
  ): Promise<Interaction> {
    return this.interactions.create(input);
  }

  @AllowedTo('rep')
  @Mutation(() => InteractionGraphQLType, {
    description:
      'Changes an interaction and recalculates the score of its lead. Fails with NOT_FOUND, or with CONFLICT if another interaction has the external id.',
  })
  updateInteraction(
    @Args('updateInteractionInput', { description: 'The id of the interaction, and the changes.' })
    input: UpdateInteractionInput,
  ): Promise<Interaction> {
    return this.interactions.update(input);
  }

  @AllowedTo('rep')
  @Mutation(() => Boolean, {
    description:
      'Removes an interaction, recalculates the score of its lead and returns true. Fails with NOT_FOUND.',
  })
  async removeInteraction(
    @Args('id', { type: () => Int, description: 'The id of the interaction.' }) id: number,
  ): Promise<boolean> {
    await this.interactions.remove(id);
    return true;
  }
}
