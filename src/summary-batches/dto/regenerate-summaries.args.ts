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
      'Only leads that have no summary or a stale one, except leads that already failed on the same facts. False: all open leads, even if the model is paid again for the same facts.',
  })
  onlyStale!: boolean;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Also write summaries for closed leads, won or lost.',
  })
  includeClosed!: boolean;

  @IsOptional()
  @Min(1, { message: LIMIT_RULE })
  @Field(() => Int, { nullable: true, description: 'The maximum number of leads, the highest scores first.' })
  limit?: number | null;

  @IsOptional()
  @IsNumber({ allowNaN: false, allowInfinity: false }, { message: COST_RULE })
  @IsPositive({ message: COST_RULE })
  @Max(MAX_COST_USD, { message: COST_RULE })
  @Field(() => Float, {
    nullable: true,
    description:
      'The maximum cost in US dollars. No summary is started that would exceed it, assuming that it costs at most as much as the most expensive one so far.',
  })
  maxCostUsd?: number | null;
}
