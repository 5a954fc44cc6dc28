import { Field, InputType, Int } from '@nestjs/graphql';
import { IsOptional } from 'class-validator';
import type { InteractionDirection as StoredInteractionDirection } from '../interaction-direction.js';
import type { InteractionType as StoredInteractionType } from '../interaction-type.js';
import { IsNotes, MAX_NOTES_LENGTH } from './interaction-rules.js';
import { InteractionDirection, InteractionType } from './interaction.type.js';

@InputType({ description: 'A new interaction with a lead.' })
export class CreateInteractionInput {
  @Field(() => InteractionType, { description: 'What kind of contact it was.' })
  type!: StoredInteractionType;

  @Field(() => InteractionDirection, {
    nullable: true,
    description: 'Who got in touch; null or absent: unknown.',
  })
  direction?: StoredInteractionDirection | null;

  @Field(() => Date, { description: 'When it happened, or will.' })
  date!: Date;

  @Field(() => String, {
    nullable: true,
    description: `What was said; at most ${MAX_NOTES_LENGTH} characters.`,
  })
  @IsOptional()
  @IsNotes()
  notes?: string | null;

  @Field(() => Int, { description: 'The id of the lead.' })
  leadId!: number;
}
