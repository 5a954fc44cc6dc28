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
  description: 'How a batch of summaries goes, or ended.',
  valuesMap: {
    RUNNING: { description: 'It is under way, or waits for a server with workers, or for the provider.' },
    SUCCEEDED: { description: 'It got to its end, but for the leads that failed.' },
    BUDGET_EXHAUSTED: { description: 'What was left of `maxCostUsd` was not enough for one more.' },
    CANCELLED: { description: 'Somebody stopped it.' },
    FAILED: { description: 'It was given up, since every summary would fail; `error` says why.' },
  },
});

const SummaryBatchTrigger = { API: 'api', COMMAND: 'command' } as const;

registerEnumType(SummaryBatchTrigger, {
  name: 'SummaryBatchTrigger',
  description: 'Who or what starts batches of summaries.',
  valuesMap: {
    API: { description: 'The mutation `regenerateSummaries`.' },
    COMMAND: { description: '`pnpm summaries`, at a terminal or in a script.' },
  },
});

@AllowedTo('admin')
@ObjectType('SummaryBatch', {
  description:
    'Summaries that were asked for together. Those that are written are saved at once, one by one.',
})
export class SummaryBatchType {
  @Field(() => ID, { description: 'A whole number.' })
  id!: number;

  @Field(() => SummaryBatchStatus, { description: 'How it goes, or ended.' })
  status!: (typeof SummaryBatchStatus)[keyof typeof SummaryBatchStatus];

  @Field(() => SummaryBatchTrigger, { description: 'Who or what started it.' })
  trigger!: (typeof SummaryBatchTrigger)[keyof typeof SummaryBatchTrigger];

  @Field(() => Boolean, {
    description: 'Whether it is about leads without a summary, or with a stale one, alone.',
  })
  onlyStale!: boolean;

  @Field(() => Boolean, { description: 'Whether leads that are won or lost are among them.' })
  includeClosed!: boolean;

  @Field(() => Int, { nullable: true, description: 'At most so many leads; null: all.' })
  limit!: number | null;

  @Field(() => Float, { nullable: true, description: 'What it may cost, in US dollars; null: no limit.' })
  maxCostUsd!: number | null;

  @Field(() => Float, {
    description:
      'What it has cost so far, in US dollars, refused answers included. Answers whose cost the provider did not report are left out.',
  })
  costUsd!: number;

  @Field(() => Int, { description: 'Leads that it is about.' })
  totalCount!: number;

  @Field(() => Int, { description: 'Leads whose summary it has written.' })
  writtenCount!: number;

  @Field(() => Int, { description: 'Leads that had a summary of the same facts when their turn came.' })
  unchangedCount!: number;

  @Field(() => Int, { description: 'Leads that got no summary.' })
  failedCount!: number;

  @Field(() => Int, {
    description: 'Leads that it has left alone: removed meanwhile, or it was stopped before.',
  })
  skippedCount!: number;

  @Field(() => Date, { description: 'When it was asked for.' })
  createdAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When it ended; null: it is running.' })
  endedAt!: Date | null;

  @Field(() => Date, {
    nullable: true,
    description:
      'Until when workers wait, since the provider asked for a pause or is down; null: none is known to wait.',
  })
  pausedUntil!: Date | null;

  @Field(() => String, { nullable: true, description: 'Why it did not get to its end, for people.' })
  error!: string | null;
}
