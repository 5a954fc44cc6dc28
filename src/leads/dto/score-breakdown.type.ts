import { AllowedTo } from '../../access/allowed-to.js';
import { Field, Int, ObjectType } from '@nestjs/graphql';
import { SCORING_PARAMETERS } from '../scoring/scoring-parameters.js';

@AllowedTo('viewer')
@ObjectType('ScoreFactor', { description: 'One of the four factors of an activity score.' })
export class ScoreFactorType {
  @Field(() => Int, { description: 'Points, an integer from 0 to `cap`.' })
  points!: number;

  @Field(() => Int, { description: 'The maximum points of this factor. The four caps add up to 100.' })
  cap!: number;

  @Field(() => String, {
    description: 'A short reason as of `scoreCalculatedAt`, such as "last contact 3 days ago".',
  })
  reason!: string;
}

const { recency, engagement, budget, status } = SCORING_PARAMETERS;

@AllowedTo('viewer')
@ObjectType('ScoreBreakdown', {
  description: 'The reasons for an activity score: four factors whose points add up to the score exactly.',
})
export class ScoreBreakdownType {
  @Field(() => ScoreFactorType, {
    description: `The age of the latest contact. The points halve every ${recency.halfLifeDays} days. A contact that is planned within ${recency.horizonDays} days gives full points. Outbound e-mails do not count as contacts.`,
  })
  recency!: ScoreFactorType;

  @Field(() => ScoreFactorType, {
    description: `The amount of contact. A meeting weighs ${engagement.weights.meeting}, a call ${engagement.weights.call}, an e-mail ${engagement.weights.email}, an outbound e-mail ${engagement.weights.outboundEmail}. Each weight halves every ${engagement.halfLifeDays} days.`,
  })
  engagement!: ScoreFactorType;

  @Field(() => ScoreFactorType, {
    description: `The budget of the lead. ${budget.halfCapBudget} gives half of the cap.`,
  })
  budget!: ScoreFactorType;

  @Field(() => ScoreFactorType, {
    description: `The status of the lead. A lead that is won gets ${status.cap} points.`,
  })
  status!: ScoreFactorType;
}
