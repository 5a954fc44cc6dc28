import { AllowedTo } from '../../access/allowed-to.js';
import { Field, Int, ObjectType } from '@nestjs/graphql';
import { SCORING_PARAMETERS } from '../scoring/scoring-parameters.js';

@AllowedTo('viewer')
@ObjectType('ScoreFactor', { description: 'One of the four parts of an activity score.' })
export class ScoreFactorType {
  @Field(() => Int, { description: 'Whole points, from 0 to `cap`.' })
  points!: number;

  @Field(() => Int, { description: 'The most that this factor can give; the caps add up to 100.' })
  cap!: number;

  @Field(() => String, {
    description: 'Why, in a few words, as of `scoreCalculatedAt`: "last contact 3 days ago", say.',
  })
  reason!: string;
}

const { recency, engagement, budget, status } = SCORING_PARAMETERS;

@AllowedTo('viewer')
@ObjectType('ScoreBreakdown', {
  description: 'Why an activity score is what it is: four factors whose points add up to it exactly.',
})
export class ScoreBreakdownType {
  @Field(() => ScoreFactorType, {
    description: `How long ago the latest contact was: halves every ${recency.halfLifeDays} days. A contact that is planned within ${recency.horizonDays} days makes it full. Outbound e-mails are no contacts.`,
  })
  recency!: ScoreFactorType;

  @Field(() => ScoreFactorType, {
    description: `How much contact there was: a meeting weighs ${engagement.weights.meeting}, a call ${engagement.weights.call}, an e-mail ${engagement.weights.email}, an outbound e-mail ${engagement.weights.outboundEmail}, each halving every ${engagement.halfLifeDays} days.`,
  })
  engagement!: ScoreFactorType;

  @Field(() => ScoreFactorType, {
    description: `How much the lead may spend: ${budget.halfCapBudget} fills half the cap.`,
  })
  budget!: ScoreFactorType;

  @Field(() => ScoreFactorType, {
    description: `Where the lead stands, up to ${status.cap} points for one that is won.`,
  })
  status!: ScoreFactorType;
}
