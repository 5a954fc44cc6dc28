import { Field, InputType, Int } from '@nestjs/graphql';
import { IsDefined, IsOptional, ValidateIf } from 'class-validator';
import { IsExternalId, IsExternalSource } from '../../common/external-id.js';
import type {
  InteractionDirection as StoredInteractionDirection,
  InteractionType as StoredInteractionType,
} from '../interaction-type.js';
import { IsNotes, MAX_NOTES_LENGTH } from './interaction-rules.js';
import { InteractionDirection, InteractionType } from './interaction.type.js';

@InputType({
  description:
    'Changes to an interaction. Absent fields stay unchanged. Null clears the direction and the notes, and is invalid for the other fields.',
})
export class UpdateInteractionInput {
  @Field(() => Int, { description: 'The id of the interaction.' })
  id!: number;

  @Field(() => InteractionType, { nullable: true, description: 'The type of contact.' })
  @ValidateIf((_, value) => value !== undefined)
  @IsDefined({ message: 'type must not be null' })
  type?: StoredInteractionType;

  @Field(() => InteractionDirection, {
    nullable: true,
    description: 'The party that made contact. Null: unknown.',
  })
  direction?: StoredInteractionDirection | null;

  @Field(() => Date, {
    nullable: true,
    description: 'The date and time of the contact, in the past or future.',
  })
  @ValidateIf((_, value) => value !== undefined)
  @IsDefined({ message: 'date must not be null' })
  date?: Date;

  @Field(() => String, {
    nullable: true,
    description: `Notes on the contact. At most ${MAX_NOTES_LENGTH} characters.`,
  })
  @IsOptional()
  @IsNotes()
  notes?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The name of the system that `externalId` comes from, such as `hubspot`. Stored in lower case: the letters a to z, digits, dots, hyphens and underscores, at most 64 characters. Null clears both fields.',
  })
  @IsOptional()
  @IsExternalSource()
  externalSource?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The id of the interaction in another system, unique together with `externalSource`. A single line of at most 255 characters. Null clears both fields.',
  })
  @IsOptional()
  @IsExternalId()
  externalId?: string | null;
}
