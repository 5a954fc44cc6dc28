import { ArgsType, Field, Float, Int } from '@nestjs/graphql';
import { IsNumber, IsOptional, IsPositive, Max, Min } from 'class-validator';

const MAX_COST_USD = 1_000_000;

const COST_RULE = `maxCostUsd must be a number above 0, up to ${MAX_COST_USD}`;
const LIMIT_RULE = 'limit must be at least 1';

@ArgsType()
export class RegenerateSummariesArgs {
  @Field(() => Boolean, {
    defaultValue: true,
    description:
      'Only leads that have no summary or a stale one; without those that failed on the same facts before. False: all open leads, also where the same facts are paid for again.',
  })
  onlyStale!: boolean;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Whether closed leads, won or lost, get a summary as well. They are not worked on any more.',
  })
  includeClosed!: boolean;

  @IsOptional()
  @Min(1, { message: LIMIT_RULE })
  @Field(() => Int, { nullable: true, description: 'At most so many leads, the highest scores first.' })
  limit?: number | null;

  @IsOptional()
  @IsNumber({ allowNaN: false, allowInfinity: false }, { message: COST_RULE })
  @IsPositive({ message: COST_RULE })
  @Max(MAX_COST_USD, { message: COST_RULE })
  @Field(() => Float, {
    nullable: true,
    description:
      'What it may cost, in US dollars. No summary is begun that would go beyond it, if it costs no more than the most expensive one before.',
  })
  maxCostUsd?: number | null;
}
