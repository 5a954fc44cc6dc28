import { ArgsType, Field, Float } from '@nestjs/graphql';
import { IsNumber, IsOptional, Max, Min } from 'class-validator';

/** A hundred years. */
const LONGEST_AGE_HOURS = 876_600;

const RULE = `maxAgeHours must be a number from 0 to ${LONGEST_AGE_HOURS}`;

@ArgsType()
export class RecalculateScoresArgs {
  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'Recalculate only scores that are stale: never calculated, older than the newest change of what they rest on, older than `maxAgeHours`, or made with other parameters.',
  })
  onlyStale!: boolean;

  @IsOptional()
  @IsNumber({ allowNaN: false, allowInfinity: false }, { message: RULE })
  @Min(0, { message: RULE })
  @Max(LONGEST_AGE_HOURS, { message: RULE })
  @Field(() => Float, {
    nullable: true,
    description:
      'The age from which a score counts as stale, in hours; goes with `onlyStale`. Without it, that of `Lead.scoreIsStale`.',
  })
  maxAgeHours?: number | null;
}
