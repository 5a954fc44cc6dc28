import { Field, Float, Int, ObjectType } from '@nestjs/graphql';
import { AllowedTo } from '../../access/allowed-to.js';

@AllowedTo('viewer')
@ObjectType({ description: 'An interval that contains the true value with a probability of 95 %.' })
export class ConfidenceInterval {
  @Field(() => Float, { description: 'The lower end.' })
  low!: number;

  @Field(() => Float, { description: 'The upper end.' })
  high!: number;
}

@AllowedTo('admin')
@ObjectType({
  description:
    'How well an order of leads would have predicted which of them are won. A pair is a lead at a landmark.',
})
export class RankingQualityType {
  @Field(() => Float, {
    description:
      'The area under the ROC curve: the probability that a pair that was won is ranked above a pair that was not. 0.5 is no better than chance.',
  })
  auc!: number;

  @Field(() => ConfidenceInterval, {
    description: 'The interval of `auc`, from a bootstrap that resamples leads.',
  })
  aucInterval!: ConfidenceInterval;

  @Field(() => Float, { description: 'The share of the top 10 % of the pairs that was won.' })
  topTenthWinRate!: number;

  @Field(() => [Float], {
    description: 'The win rate of each tenth of the pairs, from the top, divided by that of all pairs.',
  })
  liftByDecile!: readonly number[];
}

@AllowedTo('admin')
@ObjectType({ description: 'The win rate of leads with a score in a range.' })
export class ScoreRangeWinRate {
  @Field(() => Int, { description: 'The lowest score, included.' })
  from!: number;

  @Field(() => Int, { description: 'The highest score, included.' })
  to!: number;

  @Field(() => Float, {
    nullable: true,
    description: 'The share of pairs that was won. Null: there are none.',
  })
  rate!: number | null;

  @Field(() => ConfidenceInterval, {
    nullable: true,
    description: 'The Wilson interval of `rate` for the number of leads. Null if `rate` is.',
  })
  interval!: ConfidenceInterval | null;

  @Field(() => Int, { description: 'The leads that had such a score at some landmark.' })
  leads!: number;

  @Field(() => Int, { description: 'The pairs of a lead and a landmark.' })
  pairs!: number;

  @Field(() => Int, { description: 'The pairs that were won.' })
  wins!: number;
}

@AllowedTo('admin')
@ObjectType({
  description: 'Simple orders of leads, for comparison. A useful score is better than each of them.',
})
export class BaselineQualities {
  @Field(() => RankingQualityType, { description: 'A random order.' })
  random!: RankingQualityType;

  @Field(() => RankingQualityType, { description: 'The lead with the latest contact first.' })
  recency!: RankingQualityType;

  @Field(() => RankingQualityType, { description: 'The lead with the most interactions first.' })
  interactionCount!: RankingQualityType;
}

@AllowedTo('admin')
@ObjectType({ description: 'The win rates of the score bands.' })
export class BandWinRates {
  @Field(() => ScoreRangeWinRate, { description: 'HOT leads.' })
  hot!: ScoreRangeWinRate;

  @Field(() => ScoreRangeWinRate, { description: 'WARM leads.' })
  warm!: ScoreRangeWinRate;

  @Field(() => ScoreRangeWinRate, { description: 'COLD leads.' })
  cold!: ScoreRangeWinRate;
}

@AllowedTo('admin')
@ObjectType({ description: 'The figures of a backtest.' })
export class ScoreQualityFiguresType {
  @Field(() => RankingQualityType, { description: 'The order by score.' })
  score!: RankingQualityType;

  @Field(() => RankingQualityType, {
    description: 'The order by score without the points for the status, which can anticipate the outcome.',
  })
  scoreWithoutStatus!: RankingQualityType;

  @Field(() => BaselineQualities, { description: 'Simple orders, for comparison.' })
  baselines!: BaselineQualities;

  @Field(() => BandWinRates, { description: 'Win rates by band.' })
  bands!: BandWinRates;

  @Field(() => [ScoreRangeWinRate], { description: 'Win rates by ten points.' })
  tens!: readonly ScoreRangeWinRate[];
}

@AllowedTo('admin')
@ObjectType({
  description:
    'A backtest: at regular instants of the past (landmarks), each lead that was open then is scored with what was in effect and recorded by then, and compared with whether it was won within the horizon.',
})
export class ScoreQualityReportType {
  @Field(() => Int, { description: 'Leads that were open at some landmark.' })
  leads!: number;

  @Field(() => Int, { description: 'Landmarks.' })
  landmarks!: number;

  @Field(() => Date, { nullable: true, description: 'The first landmark. Null: there are none.' })
  firstLandmark!: Date | null;

  @Field(() => Date, { nullable: true, description: 'The last landmark. Null: there are none.' })
  lastLandmark!: Date | null;

  @Field(() => Int, { description: 'Landmarks that were left out because their horizon is not over.' })
  incompleteLandmarks!: number;

  @Field(() => Int, { description: 'Pairs of a lead and a landmark.' })
  pairs!: number;

  @Field(() => Int, { description: 'Pairs that were won within the horizon.' })
  wins!: number;

  @Field(() => Int, { description: 'Leads that were won within the horizon of some landmark.' })
  leadsWon!: number;

  @Field(() => Int, { description: 'Leads that were lost within the horizon of some landmark.' })
  leadsLost!: number;

  @Field(() => ScoreQualityFiguresType, {
    nullable: true,
    description: 'The figures. Null if there are fewer than 40 won or 40 lost leads, as `missing` says.',
  })
  figures!: ScoreQualityFiguresType | null;

  @Field(() => String, { nullable: true, description: 'Why there are no figures. Null if there are.' })
  missing!: string | null;

  @Field(() => [String], { description: 'What the figures do not show.' })
  limits!: readonly string[];
}
