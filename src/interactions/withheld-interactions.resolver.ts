import { ResolveField, Resolver } from '@nestjs/graphql';
import { AssumedSize } from '../graphql/limits/field-extensions.js';
import { LeadSummaryType } from '../summaries/dto/lead-summary.type.js';
import { InteractionGraphQLType } from './dto/interaction.type.js';
import { InteractionLoader } from './interaction.loader.js';
import type { InteractionRecord } from './interaction-record.js';

/** Adds withheld interactions to summaries. */
@Resolver(() => LeadSummaryType)
export class WithheldInteractionsResolver {
  constructor(private readonly loader: InteractionLoader) {}

  // Usually none are withheld; the maximum is 50.
  @AssumedSize(1)
  @ResolveField(() => [InteractionGraphQLType], {
    description:
      'Interactions whose notes were withheld from the model because they look like instructions to a machine. Read these notes yourself.',
  })
  withheldInteractions(
    summary: LeadSummaryType,
    _args: object,
    context: object,
  ): Promise<InteractionRecord[]> {
    return this.loader.loadThoseThere(context, summary.withheldInteractionIds);
  }
}
