import { AllowedTo } from '../../access/allowed-to.js';
import { Field, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import type {
  InteractionDirection as StoredInteractionDirection,
  InteractionType as StoredInteractionType,
} from '../interaction-type.js';

/** Maps the names in the API to the values in the database. */
export const InteractionType = { CALL: 'call', EMAIL: 'email', MEETING: 'meeting' } as const satisfies Record<
  string,
  StoredInteractionType
>;

registerEnumType(InteractionType, {
  name: 'InteractionType',
  description: 'The type of contact.',
  valuesMap: {
    CALL: { description: 'A telephone or video call.' },
    EMAIL: { description: 'An e-mail, in either direction.' },
    MEETING: { description: 'A meeting in person.' },
  },
});

/** Maps the names in the API to the values in the database. */
export const InteractionDirection = { INBOUND: 'inbound', OUTBOUND: 'outbound' } as const satisfies Record<
  string,
  StoredInteractionDirection
>;

registerEnumType(InteractionDirection, {
  name: 'InteractionDirection',
  description: 'The party that made contact.',
  valuesMap: {
    INBOUND: { description: 'The lead.' },
    OUTBOUND: {
      description:
        'The sales team. An outbound e-mail does not count as a contact, because the lead has not answered it.',
    },
  },
});

@AllowedTo('viewer')
@ObjectType('Interaction', {
  description: 'A contact with a lead. It is planned if its date is in the future.',
})
export class InteractionGraphQLType {
  @Field(() => ID, { description: 'An integer. Arguments take it as an `Int`.' })
  id!: number;

  @Field(() => InteractionType, { description: 'The type of contact.' })
  type!: StoredInteractionType;

  @Field(() => InteractionDirection, {
    nullable: true,
    description: 'The party that made contact. Null: unknown.',
  })
  direction!: StoredInteractionDirection | null;

  @Field(() => Date, {
    description:
      'The date and time of the contact, in the past or future. The contact counts towards the score from this time on. A planned contact keeps recency full from 30 days before.',
  })
  date!: Date;

  @Field(() => String, { nullable: true, description: 'Notes on the contact, in any language.' })
  notes!: string | null;

  @Field(() => Int, { description: 'The id of the lead.' })
  leadId!: number;

  @Field(() => String, {
    nullable: true,
    description:
      'The name of the system that `externalId` comes from, such as `hubspot`. Null if there is no external id.',
  })
  externalSource!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The id of the interaction in another system, unique together with `externalSource`.',
  })
  externalId!: string | null;

  @Field(() => Date, { description: 'The time at which the interaction was recorded.' })
  createdAt!: Date;

  @Field(() => Date, { description: 'The time of the last change to the record.' })
  updatedAt!: Date;
}
