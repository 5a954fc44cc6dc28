import { Field, InputType } from '@nestjs/graphql';
import type {
  InteractionDirection as StoredInteractionDirection,
  InteractionType as StoredInteractionType,
} from '../interaction-type.js';
import { InteractionDirection, InteractionType } from './interaction.type.js';

/** The service validates the values, because `FieldArgs` does not. */
@InputType({
  description:
    'Conditions on interactions, combined with AND. A condition that is null or absent does not apply.',
})
export class InteractionFilterInput {
  @Field(() => [InteractionType], { nullable: true, description: 'Interactions with one of these types.' })
  type?: StoredInteractionType[] | null;

  @Field(() => [InteractionDirection], {
    nullable: 'itemsAndList',
    description: 'Interactions with one of these directions. In the list, null matches an unknown direction.',
  })
  direction?: (StoredInteractionDirection | null)[] | null;
}
