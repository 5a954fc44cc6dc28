import { Field, Float, InputType, Int } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsNumber,
  IsOptional,
  MaxLength,
  Matches,
  ValidateNested,
} from 'class-validator';

const MAX_VALUES = 50;
const MAX_LENGTH = 255;
/** PostgreSQL takes no NUL in a text. */
const WITHOUT_NUL = /^[^\0]*$/;

const IsListOfValues = () => (target: object, name: string) => {
  const rule = {
    message: `filter.${name} must have 1 to ${MAX_VALUES} values of at most ${MAX_LENGTH} characters`,
  };
  ArrayMinSize(1, rule)(target, name);
  ArrayMaxSize(MAX_VALUES, rule)(target, name);
  MaxLength(MAX_LENGTH, { ...rule, each: true })(target, name);
  Matches(WITHOUT_NUL, { ...rule, each: true })(target, name);
};

const IsSearchedText = () => (target: object, name: string) => {
  const rule = { message: `filter.${name} must be a text of 1 to ${MAX_LENGTH} characters, not all blank` };
  Matches(WITHOUT_NUL, rule)(target, name);
  Matches(/\S/, rule)(target, name);
  MaxLength(MAX_LENGTH, rule)(target, name);
};

@InputType({ description: 'Scores from one to another, both included.' })
export class ScoreRangeInput {
  @Field(() => Int, { nullable: true, description: 'The lowest; without it, any.' })
  min?: number | null;

  @Field(() => Int, { nullable: true, description: 'The highest; without it, any.' })
  max?: number | null;
}

@InputType({ description: 'Budgets from one to another, both included.' })
export class BudgetRangeInput {
  @IsOptional()
  @IsNumber({ allowNaN: false, allowInfinity: false }, { message: 'filter.budget.min must be a number' })
  @Field(() => Float, { nullable: true, description: 'The lowest; without it, any.' })
  min?: number | null;

  @IsOptional()
  @IsNumber({ allowNaN: false, allowInfinity: false }, { message: 'filter.budget.max must be a number' })
  @Field(() => Float, { nullable: true, description: 'The highest; without it, any.' })
  max?: number | null;
}

@InputType({
  description: 'What leads have to be like: all of it at once. What is absent or null does not matter.',
})
export class LeadFilterInput {
  @IsOptional()
  @IsListOfValues()
  @Field(() => [String], { nullable: true, description: 'Where they stand: one of these.' })
  status?: string[] | null;

  @IsOptional()
  @IsListOfValues()
  @Field(() => [String], { nullable: true, description: 'Where they came from: one of these.' })
  source?: string[] | null;

  @IsOptional()
  @IsSearchedText()
  @Field(() => String, { nullable: true, description: 'The company, whatever its letter case.' })
  company?: string | null;

  @IsOptional()
  @IsSearchedText()
  @Field(() => String, { nullable: true, description: 'The location, whatever its letter case.' })
  location?: string | null;

  @IsOptional()
  @IsSearchedText()
  @Field(() => String, {
    nullable: true,
    description:
      'Words that are in the name, the e-mail address or the company, each of them, whatever their letter case. Parts of words will do; of one or two characters, beginnings.',
  })
  search?: string | null;

  @IsOptional()
  @ValidateNested()
  @Type(() => ScoreRangeInput)
  @Field(() => ScoreRangeInput, { nullable: true, description: 'Their activity score.' })
  score?: ScoreRangeInput | null;

  @IsOptional()
  @ValidateNested()
  @Type(() => BudgetRangeInput)
  @Field(() => BudgetRangeInput, { nullable: true, description: 'Their budget.' })
  budget?: BudgetRangeInput | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether their score was ever calculated.',
  })
  isScored?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: 'As the field of the same name.' })
  scoreIsStale?: boolean | null;

  @Field(() => Date, {
    nullable: true,
    description: 'The latest contact that their score counts is later than this.',
  })
  lastContactAfter?: Date | null;

  @Field(() => Date, {
    nullable: true,
    description: 'The latest contact that their score counts is earlier than this.',
  })
  lastContactBefore?: Date | null;
}
