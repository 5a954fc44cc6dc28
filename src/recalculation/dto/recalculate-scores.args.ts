import { ArgsType, Field, Float } from '@nestjs/graphql';
import { IsNumber, IsOptional, Max, Min } from 'class-validator';

/** One hundred years. */
const LONGEST_AGE_HOURS = 876_600;

const RULE = `maxAgeHours must be a number from 0 to ${LONGEST_AGE_HOURS}`;

@ArgsType()
export class RecalculateScoresArgs {
  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'Recalculate only the scores that would change now (`Lead.isScoreStale`), and those older than `maxAgeHours`.',
  })
  onlyStale!: boolean;

  @IsOptional()
  @IsNumber({ allowNaN: false, allowInfinity: false }, { message: RULE })
  @Min(0, { message: RULE })
  @Max(LONGEST_AGE_HOURS, { message: RULE })
  @Field(() => Float, {
    nullable: true,
    description:
      'Also recalculate scores that are older than this number of hours. Requires `onlyStale: true`.',
  })
  maxAgeHours?: number | null;

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'Compare the contact state and the score of every lead with its interactions, list the leads that differ, and repair them. Cannot be combined with `onlyStale`.',
  })
  verify?: boolean;
}
