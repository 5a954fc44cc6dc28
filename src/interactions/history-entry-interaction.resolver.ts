import { ResolveField, Resolver } from '@nestjs/graphql';
import { LeadHistoryEntryType } from '../leads/history/dto/lead-history-entry.type.js';
import { InteractionGraphQLType } from './dto/interaction.type.js';
import { InteractionLoader } from './interaction.loader.js';
import type { InteractionRecord } from './interaction-record.js';

/** Adds the interaction to an entry of the history of a lead. */
@Resolver(() => LeadHistoryEntryType)
export class HistoryEntryInteractionResolver {
  constructor(private readonly loader: InteractionLoader) {}

  @ResolveField(() => InteractionGraphQLType, {
    nullable: true,
    description: 'The interaction. Null if the entry is of another kind.',
  })
  interaction(
    { interactionId }: LeadHistoryEntryType,
    _args: object,
    context: object,
  ): Promise<InteractionRecord | null> | null {
    return interactionId === null ? null : this.loader.load(context, interactionId);
  }
}
