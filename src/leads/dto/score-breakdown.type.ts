import { AllowedTo } from '../../access/allowed-to.js';
import { Field, Int, ObjectType } from '@nestjs/graphql';

@AllowedTo('viewer')
@ObjectType('ScoreFactor', { description: 'One of the factors of an activity score.' })
export class ScoreFactorType {
  @Field(() => Int, { description: 'Points, an integer from 0 to `cap`.' })
  points!: number;

  @Field(() => Int, {
    description: 'The maximum points of this factor. The caps of all factors add up to 100.',
  })
  cap!: number;

  @Field(() => String, {
    description: 'A short reason as of `scoreCalculatedAt`, such as "last contact 3 days ago".',
  })
  reason!: string;
}

@AllowedTo('viewer')
@ObjectType('ScoreBreakdown', {
  description: 'The reasons for an activity score: factors whose points add up to the score exactly.',
})
export class ScoreBreakdownType {
  @Field(() => ScoreFactorType, {
    description:
      'The age of the latest contact. The points halve after a half-life. A contact that is planned soon gives full points. Outbound e-mails do not count as contacts. The scoring rules have the half-life and the horizon.',
  })
  recency!: ScoreFactorType;

  @Field(() => ScoreFactorType, {
    description:
      'The amount of contact. The scoring rules have the weights of meetings, calls and e-mails, and the half-life after which each weighs half.',
  })
  engagement!: ScoreFactorType;

  @Field(() => ScoreFactorType, {
    description: 'The budget of the lead. The scoring rules have the budget that gives half of the cap.',
  })
  budget!: ScoreFactorType;

  @Field(() => ScoreFactorType, {
    description: 'The status of the lead. The scoring rules have the points of each status.',
  })
  status!: ScoreFactorType;

  @Field(() => ScoreFactorType, {
    nullable: true,
    description:
      'The fit criteria of the scoring rules that the lead meets. Null if the rules have no fit factor, as in version 1.',
  })
  fit!: ScoreFactorType | null;
}
