import { Field, Float, Int, ObjectType } from '@nestjs/graphql';
import { AllowedTo } from '../../access/allowed-to.js';

@AllowedTo('viewer')
@ObjectType('LeadWinRate', {
  description:
    'The observed share of open leads with such a score that were won within the horizon, from the latest backtest of the rules in force with the default options. It does not fall with the score.',
})
export class LeadWinRateType {
  @Field(() => Float, { description: 'The share, 0 to 1.' })
  rate!: number;

  @Field(() => Float, { description: 'The lower end of the 95 % interval.' })
  low!: number;

  @Field(() => Float, { description: 'The upper end of the 95 % interval.' })
  high!: number;

  @Field(() => Int, { description: 'The number of leads that the share is observed on.' })
  leads!: number;

  @Field(() => Int, { description: 'The days in which a lead counts as won.' })
  horizonDays!: number;

  @Field(() => Date, { description: 'The time of the backtest.' })
  evaluatedAt!: Date;
}
