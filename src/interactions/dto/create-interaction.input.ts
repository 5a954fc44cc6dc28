import { Field, InputType, Int } from '@nestjs/graphql';
import { IsOptional } from 'class-validator';
import { IsExternalId, IsExternalSource } from '../../common/external-id.js';
import type {
  InteractionDirection as StoredInteractionDirection,
  InteractionType as StoredInteractionType,
} from '../interaction-type.js';
import { IsNotes, MAX_NOTES_LENGTH } from './interaction-rules.js';
import { InteractionDirection, InteractionType } from './interaction.type.js';

@InputType({ description: 'A new interaction with a lead.' })
export class CreateInteractionInput {
  @Field(() => InteractionType, { description: 'The type of contact.' })
  type!: StoredInteractionType;

  @Field(() => InteractionDirection, {
    nullable: true,
    description: 'The party that made contact. Null or absent: unknown.',
  })
  direction?: StoredInteractionDirection | null;

  @Field(() => Date, { description: 'The date and time of the contact, in the past or future.' })
  date!: Date;

  @Field(() => String, {
    nullable: true,
    description: `Notes on the contact. At most ${MAX_NOTES_LENGTH} characters.`,
  })
  @IsOptional()
  @IsNotes()
  notes?: string | null;

  @Field(() => Int, { description: 'The id of the lead.' })
  leadId!: number;

  @Field(() => String, {
    nullable: true,
    description:
      'The name of the system that `externalId` comes from, such as `hubspot`. Stored in lower case: the letters a to z, digits, dots, hyphens and underscores, at most 64 characters. Requires the other of the two fields.',
  })
  @IsOptional()
  @IsExternalSource()
  externalSource?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The id of the interaction in another system, unique together with `externalSource`. A single line of at most 255 characters. Requires the other of the two fields.',
  })
  @IsOptional()
  @IsExternalId()
  externalId?: string | null;
}
