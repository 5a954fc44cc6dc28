import { AllowedTo } from '../../access/allowed-to.js';
import { ArgsType, Field, Int, ObjectType } from '@nestjs/graphql';
import { ScoreBreakdownType } from './score-breakdown.type.js';

@ArgsType()
export class ScoreAtArgs {
  @Field(() => Date, { description: 'The instant.' })
  at!: Date;
}

export const DEFAULT_POINTS = 60;

@ArgsType()
export class ScoreTimelineArgs {
  @Field(() => Date, { description: 'The first instant.' })
  from!: Date;

  @Field(() => Date, { description: 'The last instant, not before `from`.' })
  to!: Date;

  @Field(() => Int, {
    nullable: true,
    defaultValue: DEFAULT_POINTS,
    description: 'The number of regular points, 1 to 500.',
  })
  points?: number | null;
}

@ArgsType()
export class ScoreFallsBelowArgs {
  @Field(() => Int, { description: 'A score, 0 to 100.' })
  score!: number;
}

@AllowedTo('viewer')
@ObjectType('ScoreAtInstant', { description: 'The score of a lead at an instant in the past or future.' })
export class ScoreAtInstantType {
  @Field(() => Date, { description: 'The instant.' })
  at!: Date;

  @Field(() => Int, { description: 'The score, 0 to 100.' })
  score!: number;

  @Field(() => ScoreBreakdownType, { description: 'The reasons for the score as of this instant.' })
  breakdown!: ScoreBreakdownType;
}

@AllowedTo('viewer')
@ObjectType('ScorePoint', {
  description: 'A point of a score timeline. To draw jumps as jumps, draw `before` and then `after`.',
})
export class ScorePointType {
  @Field(() => Date, { description: 'The instant.' })
  at!: Date;

  @Field(() => Int, { description: 'The score at this instant, equal to `after`.' })
  score!: number;

  @Field(() => Int, {
    description:
      'The score immediately before. It differs from `after` if an interaction takes place, if the budget, the status or another detail of the lead changes, or if a planned contact comes within 30 days or is recorded.',
  })
  before!: number;

  @Field(() => Int, { description: 'The score at this instant.' })
  after!: number;

  /** The resolver of `cause` loads the interaction. */
  interactionId!: number | null;
}
