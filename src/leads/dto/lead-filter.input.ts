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

@InputType({ description: 'A range of scores, both limits included.' })
export class ScoreRangeInput {
  @Field(() => Int, { nullable: true, description: 'The lowest score. Absent: no lower limit.' })
  min?: number | null;

  @Field(() => Int, { nullable: true, description: 'The highest score. Absent: no upper limit.' })
  max?: number | null;
}

@InputType({ description: 'A range of budgets, both limits included.' })
export class BudgetRangeInput {
  @IsOptional()
  @IsNumber({ allowNaN: false, allowInfinity: false }, { message: 'filter.budget.min must be a number' })
  @Field(() => Float, { nullable: true, description: 'The lowest budget. Absent: no lower limit.' })
  min?: number | null;

  @IsOptional()
  @IsNumber({ allowNaN: false, allowInfinity: false }, { message: 'filter.budget.max must be a number' })
  @Field(() => Float, { nullable: true, description: 'The highest budget. Absent: no upper limit.' })
  max?: number | null;
}

@InputType({
  description: 'Conditions on leads, combined with AND. A condition that is absent or null does not apply.',
})
export class LeadFilterInput {
  @IsOptional()
  @IsListOfValues('status')
  @Field(() => [String], {
    nullable: true,
    description:
      'Leads with one of these statuses. Case is ignored, and spaces and hyphens match underscores, as in the score. An unknown status matches no lead.',
  })
  status?: string[] | null;

  @IsOptional()
  @IsListOfValues('source')
  @Field(() => [String], {
    nullable: true,
    description:
      'Leads with one of these sources, compared in the same way as statuses. An unknown source matches no lead.',
  })
  source?: string[] | null;

  @IsOptional()
  @IsSearchedText('company')
  @Field(() => String, { nullable: true, description: 'The company. Case and accents are ignored.' })
  company?: string | null;

  @IsOptional()
  @IsSearchedText('location')
  @Field(() => String, { nullable: true, description: 'The location. Case and accents are ignored.' })
  location?: string | null;

  @IsOptional()
  @IsSearchedText('search')
  @Field(() => String, {
    nullable: true,
    description:
      'Words to find in the name, the e-mail address or the company. All words must match. Case and accents are ignored: `jose` matches `José`, `strasse` matches `Straße`. A word of three or more characters also matches inside a longer word. A shorter one matches only the beginning of a word.',
  })
  search?: string | null;

  @IsOptional()
  @ValidateNested()
  @Type(() => ScoreRangeInput)
  @Field(() => ScoreRangeInput, { nullable: true, description: 'A range of activity scores.' })
  score?: ScoreRangeInput | null;

  @IsOptional()
  @ValidateNested()
  @Type(() => BudgetRangeInput)
  @Field(() => BudgetRangeInput, { nullable: true, description: 'A range of budgets.' })
  budget?: BudgetRangeInput | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether the score was ever calculated.',
  })
  isScored?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether the lead is open: neither won nor lost.',
  })
  isOpen?: boolean | null;

  @Field(() => ScoreBandEnum, {
    nullable: true,
    description: 'The score band. Only open leads have one.',
  })
  band?: ScoreBand | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether the score is stale, as in `Lead.isScoreStale`.',
  })
  isScoreStale?: boolean | null;

  @Field(() => Date, {
    nullable: true,
    description: 'Leads whose latest contact that counts towards the score is later than this.',
  })
  lastContactAfter?: Date | null;

  @Field(() => Date, {
    nullable: true,
    description: 'Leads whose latest contact that counts towards the score is earlier than this.',
  })
  lastContactBefore?: Date | null;
}
