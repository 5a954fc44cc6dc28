import { ResolveField, Resolver } from '@nestjs/graphql';
import { AssumedSize } from '../graphql/limits/field-extensions.js';
import { SummaryKeyPointType } from '../summaries/dto/lead-summary.type.js';
import { InteractionGraphQLType } from './dto/interaction.type.js';
import { InteractionLoader } from './interaction.loader.js';
import type { InteractionRecord } from './interaction-record.js';

/** Adds interactions to the key points of a summary. */
@Resolver(() => SummaryKeyPointType)
export class KeyPointInteractionsResolver {
  constructor(private readonly loader: InteractionLoader) {}

  // A key point usually cites one or two interactions; the maximum is 50.
  @AssumedSize(2)
  @ResolveField(() => [InteractionGraphQLType], {
    description: 'The interactions that support the fact, without those that were removed in the meantime.',
  })
  interactions(keyPoint: SummaryKeyPointType, _args: object, context: object): Promise<InteractionRecord[]> {
    return this.loader.loadThoseThere(context, keyPoint.interactionIds);
  }
}
