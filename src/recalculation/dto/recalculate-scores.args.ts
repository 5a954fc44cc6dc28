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
      'Recalculate only the scores that a recalculation now would change (`Lead.isScoreStale`), and those older than `maxAgeHours`.',
  })
  onlyStale!: boolean;

  @IsOptional()
  @IsNumber({ allowNaN: false, allowInfinity: false }, { message: RULE })
  @Min(0, { message: RULE })
  @Max(LONGEST_AGE_HOURS, { message: RULE })
  @Field(() => Float, {
    nullable: true,
    description: 'Scores that are older are recalculated as well, in hours; goes with `onlyStale`.',
  })
  maxAgeHours?: number | null;

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'Compare contact states and scores with the interactions of every lead, name the leads that differ, and repair them. Goes with all leads.',
  })
  verify?: boolean;
}
