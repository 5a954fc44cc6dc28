import { Field, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { AllowedTo } from '../../access/allowed-to.js';
import { ScoreQualityReportType } from '../../score-quality/dto/score-quality-report.type.js';

/** Maps the names in the API to the values in the database. */
const ScoreEvaluationStatus = {
  RUNNING: 'running',
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
  INTERRUPTED: 'interrupted',
} as const;

registerEnumType(ScoreEvaluationStatus, {
  name: 'ScoreEvaluationStatus',
  description: 'The status of an evaluation.',
  valuesMap: {
    RUNNING: { description: 'The evaluation is in progress.' },
    SUCCEEDED: { description: 'The evaluation has a report.' },
    FAILED: { description: 'The evaluation failed. The field `error` has the reason.' },
    CANCELLED: { description: 'The evaluation was cancelled.' },
    INTERRUPTED: { description: 'The process or its database connection was lost.' },
  },
});

@AllowedTo('admin')
@ObjectType('ScoreEvaluation', {
  description: 'The record of a backtest of scoring rules. The record is kept after the backtest has ended.',
})
export class ScoreEvaluationType {
  @Field(() => ID, { description: 'An integer.' })
  id!: number;

  /** The field `rules`. */
  rulesId!: number;

  @Field(() => Int, { description: 'The days after a landmark in which a lead counts as won.' })
  horizonDays!: number;

  @Field(() => Int, { description: 'The days between two landmarks.' })
  landmarkEvery!: number;

  @Field(() => String, {
    description: 'The key of the caller who started it, or the user of the operating system.',
  })
  startedBy!: string;

  @Field(() => String, { description: 'The host name and the process that the evaluation runs or ran on.' })
  host!: string;

  @Field(() => ScoreEvaluationStatus, { description: 'The status of the evaluation.' })
  status!: (typeof ScoreEvaluationStatus)[keyof typeof ScoreEvaluationStatus];

  @Field(() => Date, { description: 'The start time.' })
  startedAt!: Date;

  @Field(() => Date, {
    nullable: true,
    description: 'The end time. Null if the evaluation is running, or if the time is unknown.',
  })
  endedAt!: Date | null;

  @Field(() => Int, { description: 'The leads that were read.' })
  doneCount!: number;

  @Field(() => Int, { nullable: true, description: 'The leads to read. Null: not counted yet.' })
  totalCount!: number | null;

  @Field(() => ScoreQualityReportType, {
    nullable: true,
    description: 'The result. Null if the evaluation did not succeed.',
  })
  report!: ScoreQualityReportType | null;

  @Field(() => String, {
    nullable: true,
    description: 'A readable reason if the evaluation failed or was cancelled.',
  })
  error!: string | null;
}
