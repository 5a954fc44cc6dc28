import { AllowedTo } from '../../access/allowed-to.js';
import { Field, Float, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';

/** Maps the names in the API to the values in the database. */
const SummaryBatchStatus = {
  RUNNING: 'running',
  SUCCEEDED: 'succeeded',
  BUDGET_EXHAUSTED: 'budget_spent',
  CANCELLED: 'cancelled',
  FAILED: 'failed',
} as const;

registerEnumType(SummaryBatchStatus, {
  name: 'SummaryBatchStatus',
  description: 'The status of a batch of summaries.',
  valuesMap: {
    RUNNING: {
      description: 'The batch is in progress, or waits for a server with workers or for the provider.',
    },
    SUCCEEDED: { description: 'The batch is complete, except for the leads that failed.' },
    BUDGET_EXHAUSTED: { description: 'The rest of `maxCostUsd` was not enough for another summary.' },
    CANCELLED: { description: 'The batch was cancelled.' },
    FAILED: {
      description:
        'The batch was aborted because every summary would fail. The field `error` has the reason.',
    },
  },
});

const SummaryBatchTrigger = { API: 'api', COMMAND: 'command' } as const;

registerEnumType(SummaryBatchTrigger, {
  name: 'SummaryBatchTrigger',
  description: 'The trigger of a batch of summaries.',
  valuesMap: {
    API: { description: 'The mutation `regenerateSummaries`.' },
    COMMAND: { description: 'The command `pnpm summaries`.' },
  },
});

@AllowedTo('admin')
@ObjectType('SummaryBatch', {
  description: 'Summaries that were requested together. Each summary is saved as soon as it is written.',
})
export class SummaryBatchType {
  @Field(() => ID, { description: 'An integer.' })
  id!: number;

  @Field(() => SummaryBatchStatus, { description: 'The status of the batch.' })
  status!: (typeof SummaryBatchStatus)[keyof typeof SummaryBatchStatus];

  @Field(() => SummaryBatchTrigger, { description: 'The trigger of the batch.' })
  trigger!: (typeof SummaryBatchTrigger)[keyof typeof SummaryBatchTrigger];

  @Field(() => Boolean, {
    description: 'Whether the batch contains only leads without a summary or with a stale one.',
  })
  onlyStale!: boolean;

  @Field(() => Boolean, { description: 'Whether the batch includes leads that are won or lost.' })
  includeClosed!: boolean;

  @Field(() => Int, { nullable: true, description: 'The maximum number of leads. Null: no limit.' })
  limit!: number | null;

  @Field(() => Float, { nullable: true, description: 'The maximum cost in US dollars. Null: no limit.' })
  maxCostUsd!: number | null;

  @Field(() => Float, {
    description:
      'The cost so far in US dollars, including rejected answers. Answers whose cost the provider did not report are not included.',
  })
  costUsd!: number;

  @Field(() => Int, { description: 'The number of leads in the batch.' })
  totalCount!: number;

  @Field(() => Int, { description: 'Leads whose summary was written.' })
  writtenCount!: number;

  @Field(() => Int, { description: 'Leads that already had a summary of the same facts.' })
  unchangedCount!: number;

  @Field(() => Int, { description: 'Leads whose summary could not be written.' })
  failedCount!: number;

  @Field(() => Int, {
    description: 'Leads that were skipped: they were removed in the meantime, or the batch ended before.',
  })
  skippedCount!: number;

  @Field(() => Date, { description: 'The time of the request.' })
  createdAt!: Date;

  @Field(() => Date, { nullable: true, description: 'The end time. Null if the batch is running.' })
  endedAt!: Date | null;

  @Field(() => Date, {
    nullable: true,
    description:
      'The time until which workers pause because the provider requested it or is down. Null if no pause is known.',
  })
  pausedUntil!: Date | null;

  @Field(() => String, { nullable: true, description: 'A readable reason if the batch did not complete.' })
  error!: string | null;
}
