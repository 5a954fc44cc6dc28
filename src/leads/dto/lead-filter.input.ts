import { applyDecorators } from '@nestjs/common';
import { Field, Float, InputType, Int } from '@nestjs/graphql';
import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsNumber,
  IsOptional,
  ValidateBy,
  ValidateNested,
} from 'class-validator';
import { Normalise, normalised } from '../../common/plain-text.js';
import type { ScoreBand } from '../scoring/score-band.js';
import { ScoreBandEnum } from './score-band.enum.js';
import { hasTooManyMarks, isBlank } from '../../common/visible-text.js';

const MAX_VALUES = 50;
const MAX_LENGTH = 255;

/** PostgreSQL rejects NUL characters in text. */
const isSearchable = (value: unknown): boolean =>
  typeof value === 'string' &&
  value.length <= MAX_LENGTH &&
  !value.includes('\0') &&
  !isBlank(value) &&
  !hasTooManyMarks(value);

const IsSearchable = (message: string, each = false): PropertyDecorator =>
  ValidateBy({ name: 'isSearchable', validator: { validate: isSearchable } }, { message, each });

const IsListOfValues = (name: string): PropertyDecorator => {
  const message = `filter.${name} must have 1 to ${MAX_VALUES} values of at most ${MAX_LENGTH} characters, none blank`;
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => (Array.isArray(value) ? value.map(normalised) : value)),
    ArrayMinSize(1, { message }),
    ArrayMaxSize(MAX_VALUES, { message }),
    IsSearchable(message, true),
  );
};

const IsSearchedText = (name: string): PropertyDecorator =>
  applyDecorators(
    Normalise(),
    IsSearchable(`filter.${name} must be a text of 1 to ${MAX_LENGTH} characters, not all blank`),
  );

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
  @IsListOfValues('status')
  @Field(() => [String], {
    nullable: true,
    description:
      'Where they stand: one of these, compared as for the score: whatever their letter case, with spaces and hyphens read as underscores. A status that no lead has finds none.',
  })
  status?: string[] | null;

  @IsOptional()
  @IsListOfValues('source')
  @Field(() => [String], {
    nullable: true,
    description:
      'Where they came from: one of these, compared as statuses are. A source that no lead has finds none.',
  })
  source?: string[] | null;

  @IsOptional()
  @IsSearchedText('company')
  @Field(() => String, { nullable: true, description: 'The company, whatever its letter case and accents.' })
  company?: string | null;

  @IsOptional()
  @IsSearchedText('location')
  @Field(() => String, { nullable: true, description: 'The location, whatever its letter case and accents.' })
  location?: string | null;

  @IsOptional()
  @IsSearchedText('search')
  @Field(() => String, {
    nullable: true,
    description:
      'Words that are in the name, the e-mail address or the company, each of them, whatever their letter case and accents: `jose` finds `José`, `strasse` finds `Straße`. Parts of words will do; of one or two characters, beginnings.',
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

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether they are still worked on: neither won nor lost.',
  })
  isOpen?: boolean | null;

  @Field(() => ScoreBandEnum, {
    nullable: true,
    description: 'The band of their score. Only open leads have one.',
  })
  band?: ScoreBand | null;

  @Field(() => Boolean, { nullable: true, description: 'As the field of the same name.' })
  isScoreStale?: boolean | null;

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
