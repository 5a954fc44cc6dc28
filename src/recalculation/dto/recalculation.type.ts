import { AllowedTo } from '../../access/allowed-to.js';
import { Field, Float, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { AssumedSize } from '../../graphql/limits/field-extensions.js';
import { MAX_NAMED_FAILURES } from '../../leads/scoring/recalculation-counter.js';
import { RecalculationDifferenceType } from './recalculation-difference.type.js';
import { RecalculationFailureType } from './recalculation-failure.type.js';

/** Maps the names in the API to the values in the database. */
const RecalculationStatus = {
  RUNNING: 'running',
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
  INTERRUPTED: 'interrupted',
} as const;

registerEnumType(RecalculationStatus, {
  name: 'RecalculationStatus',
  description: 'How a recalculation goes, or ended.',
  valuesMap: {
    RUNNING: { description: 'It is under way.' },
    SUCCEEDED: { description: 'Its scores are saved, but for the leads that failed.' },
    FAILED: { description: 'It was rolled back; `error` says why.' },
    CANCELLED: { description: 'Somebody stopped it, and it was rolled back.' },
    INTERRUPTED: { description: 'Its process or its connection is gone. It was rolled back.' },
  },
});

const RecalculationTrigger = { API: 'api', SCHEDULE: 'schedule', COMMAND: 'command' } as const;

registerEnumType(RecalculationTrigger, {
  name: 'RecalculationTrigger',
  description: 'Who or what starts recalculations.',
  valuesMap: {
    API: { description: 'The mutation `recalculateAllScores`.' },
    SCHEDULE: { description: 'The schedule of the server.' },
    COMMAND: { description: '`pnpm recalculate`, at a terminal or in a script.' },
  },
});

@AllowedTo('admin')
@ObjectType('Recalculation', {
  description: 'The record of a recalculation of scores. It outlives the recalculation.',
})
export class RecalculationType {
  @Field(() => ID, { description: 'A whole number.' })
  id!: number;

  @Field(() => RecalculationTrigger, { description: 'Who or what started it.' })
  trigger!: (typeof RecalculationTrigger)[keyof typeof RecalculationTrigger];

  @Field(() => String, { description: 'The host and the process that it runs, or ran, on.' })
  host!: string;

  @Field(() => Boolean, { description: 'Whether it is about stale scores alone.' })
  onlyStale!: boolean;

  @Field(() => Boolean, {
    description: 'Whether it compared contact states and scores with the interactions.',
  })
  isVerification!: boolean;

  @Field(() => RecalculationStatus, { description: 'How it goes, or ended.' })
  status!: (typeof RecalculationStatus)[keyof typeof RecalculationStatus];

  @Field(() => Date, { description: 'The instant that all its scores are measured at.' })
  asOf!: Date;

  @Field(() => Date, { description: 'When it began.' })
  startedAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When it ended; null: it runs, or nobody knows.' })
  endedAt!: Date | null;

  @Field(() => Float, {
    nullable: true,
    description: 'How long it took, or has taken until now, in milliseconds; null: nobody knows.',
  })
  durationMs!: number | null;

  @Field(() => Int, { description: 'Leads that it is about.' })
  totalCount!: number;

  @Field(() => Int, {
    description: 'Leads that it is done with: their score is written, or they failed.',
  })
  calculatedCount!: number;

  @Field(() => Int, {
    description:
      'Leads whose score it has written. Others see them once it has succeeded; else they were rolled back.',
  })
  savedCount!: number;

  @Field(() => Int, {
    description: 'Leads that it left alone: removed meanwhile, or with a score that is fresher by now.',
  })
  skippedCount!: number;

  @Field(() => Int, { description: 'Leads whose score could not be saved.' })
  failedCount!: number;

  @AssumedSize(MAX_NAMED_FAILURES)
  @Field(() => [RecalculationFailureType], {
    description: `The leads that failed: the first ${MAX_NAMED_FAILURES} of them, once it has succeeded.`,
  })
  failures!: readonly RecalculationFailureType[];

  @Field(() => Int, {
    description: 'Leads that `verify` found to differ from their interactions, and has repaired.',
  })
  differenceCount!: number;

  @AssumedSize(MAX_NAMED_FAILURES)
  @Field(() => [RecalculationDifferenceType], {
    description: `The leads that differed: the first ${MAX_NAMED_FAILURES} of them. \`differenceCount\` counts all.`,
  })
  differences!: readonly RecalculationDifferenceType[];

  @Field(() => String, { nullable: true, description: 'Why it did not succeed, for people.' })
  error!: string | null;
}
