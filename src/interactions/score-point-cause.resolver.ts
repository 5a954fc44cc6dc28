import { ResolveField, Resolver } from '@nestjs/graphql';
import { ScorePointType } from '../leads/dto/score-instants.type.js';
import { InteractionGraphQLType } from './dto/interaction.type.js';
import { InteractionLoader } from './interaction.loader.js';
import type { InteractionRecord } from './interaction-record.js';

/** Adds the interaction to a point of a score timeline. */
@Resolver(() => ScorePointType)
export class ScorePointCauseResolver {
  constructor(private readonly loader: InteractionLoader) {}

  @ResolveField(() => InteractionGraphQLType, {
    nullable: true,
    description: 'The interaction that takes place at this instant. Null if there is none.',
  })
  cause(point: ScorePointType, _args: object, context: object): Promise<InteractionRecord | null> | null {
    return point.interactionId === null ? null : this.loader.load(context, point.interactionId);
  }
}
