import { Field, InputType, Int } from '@nestjs/graphql';
import { IsDefined, IsOptional, ValidateIf } from 'class-validator';
import type { InteractionDirection as StoredInteractionDirection } from '../interaction-direction.js';
import type { InteractionType as StoredInteractionType } from '../interaction-type.js';
import { IsNotes, MAX_NOTES_LENGTH } from './interaction-rules.js';
import { InteractionDirection, InteractionType } from './interaction.type.js';

@InputType({
  description:
    'Changes to an interaction. What is left out stays as it is; null clears the direction and the notes, but not the rest.',
})
export class UpdateInteractionInput {
  @Field(() => Int, { description: 'Which interaction to change.' })
  id!: number;

  @Field(() => InteractionType, { nullable: true, description: 'What kind of contact it was.' })
  @ValidateIf((_, value) => value !== undefined)
  @IsDefined({ message: 'type must not be null' })
  type?: StoredInteractionType;

  @Field(() => InteractionDirection, {
    nullable: true,
    description: 'Who got in touch; null: unknown.',
  })
  direction?: StoredInteractionDirection | null;

  @Field(() => Date, { nullable: true, description: 'When it happened, or will.' })
  @ValidateIf((_, value) => value !== undefined)
  @IsDefined({ message: 'date must not be null' })
  date?: Date;

  @Field(() => String, {
    nullable: true,
    description: `What was said; at most ${MAX_NOTES_LENGTH} characters.`,
  })
  @IsOptional()
  @IsNotes()
  notes?: string | null;
}
