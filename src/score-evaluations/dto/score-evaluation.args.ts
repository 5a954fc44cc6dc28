import { ArgsType, Field, ID, Int } from '@nestjs/graphql';
import { DEFAULT_OPTIONS } from '../score-evaluation.js';

@ArgsType()
export class ScoreEvaluationArgs {
  @Field(() => ID, { nullable: true, description: 'The rules to evaluate. Absent: those in force.' })
  rulesId?: string | null;

  @Field(() => Int, {
    defaultValue: DEFAULT_OPTIONS.horizonDays,
    description: 'The days after a landmark in which a lead counts as won, 1 to 730.',
  })
  horizonDays!: number;

  @Field(() => Int, {
    defaultValue: DEFAULT_OPTIONS.landmarkEvery,
    description: 'The days between two landmarks, 1 to 90.',
  })
  landmarkEvery!: number;
}
