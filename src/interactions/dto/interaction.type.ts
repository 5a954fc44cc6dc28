import { AllowedTo } from '../../access/allowed-to.js';
import { Field, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { InteractionDirection as StoredInteractionDirection } from '../interaction-direction.js';
import type { InteractionType as StoredInteractionType } from '../interaction-type.js';

/** Maps the names in the API to the values in the database. */
export const InteractionType = { CALL: 'call', EMAIL: 'email', MEETING: 'meeting' } as const satisfies Record<
  string,
  StoredInteractionType
>;

registerEnumType(InteractionType, {
  name: 'InteractionType',
  description: 'What kind of contact it was.',
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
  description: 'Who got in touch.',
  valuesMap: {
    INBOUND: { description: 'The lead.' },
    OUTBOUND: {
      description: 'The sales team. An outbound e-mail is no contact: the lead has not answered it.',
    },
  },
});

@AllowedTo('viewer')
@ObjectType('Interaction', { description: 'A contact with a lead; one with a date to come is planned.' })
export class InteractionGraphQLType {
  @Field(() => ID, { description: 'A whole number; arguments take it as an `Int`.' })
  id!: number;

  @Field(() => InteractionType, { description: 'What kind of contact it was.' })
  type!: StoredInteractionType;

  @Field(() => InteractionDirection, { nullable: true, description: 'Who got in touch; null: unknown.' })
  direction!: StoredInteractionDirection | null;

  @Field(() => Date, {
    description:
      'When it happened, or will. It counts towards the score from then on; a planned contact keeps recency full from 30 days before.',
  })
  date!: Date;

  @Field(() => String, { nullable: true, description: 'What was said, in any language.' })
  notes!: string | null;

  @Field(() => Int, { description: 'The id of the lead.' })
  leadId!: number;

  @Field(() => Date, { description: 'When it was recorded.' })
  createdAt!: Date;

  @Field(() => Date, { description: 'When the record was last changed.' })
  updatedAt!: Date;
}
