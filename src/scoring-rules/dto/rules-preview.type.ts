import { Field, Int, ObjectType } from '@nestjs/graphql';
import { AllowedTo } from '../../access/allowed-to.js';
import { ScoreQualityReportType } from '../../score-quality/dto/score-quality-report.type.js';
import { ScoreBandEnum } from '../../leads/dto/score-band.enum.js';
import { ScoreBinType } from '../../leads/dto/lead-stats.type.js';
import { LeadType } from '../../leads/dto/lead.type.js';
import { ScoreBreakdownType } from '../../leads/dto/score-breakdown.type.js';
import type { ScoreBand } from '../../leads/scoring/score-band.js';

@AllowedTo('admin')
@ObjectType({ description: 'The number of open leads that move from one band to another.' })
export class BandChange {
  @Field(() => ScoreBandEnum, { description: 'The band with the current rules.' })
  from!: ScoreBand;

  @Field(() => ScoreBandEnum, { description: 'The band with the new rules.' })
  to!: ScoreBand;

  @Field(() => Int, { description: 'Open leads.' })
  count!: number;
}

@AllowedTo('admin')
@ObjectType({ description: 'A lead whose score the new rules change.' })
export class ScoreMover {
  @Field(() => LeadType, {
    nullable: true,
    description: 'The lead. Null if it was removed in the meantime.',
  })
  lead!: LeadType | null;

  @Field(() => Int, {
    nullable: true,
    description: 'The score with the current rules. Null: never calculated.',
  })
  before!: number | null;

  @Field(() => Int, { description: 'The score with the new rules.' })
  after!: number;

  @Field(() => ScoreBreakdownType, {
    nullable: true,
    description: 'The factors with the current rules. Null: no score was ever calculated.',
  })
  breakdownBefore!: ScoreBreakdownType | null;

  @Field(() => ScoreBreakdownType, { description: 'The factors with the new rules.' })
  breakdownAfter!: ScoreBreakdownType;
}

@AllowedTo('admin')
@ObjectType({ description: 'Backtests of the rules in force and of new ones, on the same leads.' })
export class QualityPreviewType {
  @Field(() => ScoreQualityReportType, { description: 'The rules in force.' })
  before!: ScoreQualityReportType;

  @Field(() => ScoreQualityReportType, { description: 'The new rules.' })
  after!: ScoreQualityReportType;
}

@AllowedTo('admin')
@ObjectType({ description: 'What new scoring rules would change. Nothing is written.' })
export class ScoringRulesPreview {
  @Field(() => Date, { description: 'The instant of all scores of the preview.' })
  asOf!: Date;

  @Field(() => Int, { description: 'The number of leads.' })
  leadCount!: number;

  @Field(() => Int, { description: 'Leads whose score would change.' })
  changedCount!: number;

  @Field(() => [ScoreBinType], {
    description: 'The distribution of scores with the current rules, in ten bins.',
  })
  before!: readonly ScoreBinType[];

  @Field(() => [ScoreBinType], { description: 'The distribution of scores with the new rules, in ten bins.' })
  after!: readonly ScoreBinType[];

  @Field(() => [BandChange], {
    description:
      'Open leads that change their band, for each direction. The new rules may have other limits of the bands.',
  })
  bandChanges!: readonly BandChange[];

  @Field(() => [ScoreMover], {
    description: 'The 20 leads whose scores change most, those with the largest change first.',
  })
  movers!: readonly ScoreMover[];

  @Field(() => QualityPreviewType, {
    description: 'Backtests on a sample of the leads, with landmarks every 7 days and a horizon of 90 days.',
  })
  quality!: QualityPreviewType | null;
}
