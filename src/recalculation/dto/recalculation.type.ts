import { AllowedTo } from '../../access/allowed-to.js';
import { Field, Float, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { RecalculationOutcome } from './recalculation-outcome.type.js';

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
  description: 'The status of a recalculation.',
  valuesMap: {
    RUNNING: { description: 'The recalculation is in progress.' },
    SUCCEEDED: { description: 'The scores are saved, except those of the leads that failed.' },
    FAILED: {
      description: 'The recalculation failed and was rolled back. The field `error` has the reason.',
    },
    CANCELLED: { description: 'The recalculation was cancelled and rolled back.' },
    INTERRUPTED: {
      description: 'The process or its database connection was lost. The recalculation was rolled back.',
    },
  },
});

const RecalculationTrigger = { API: 'api', SCHEDULE: 'schedule', COMMAND: 'command' } as const;

registerEnumType(RecalculationTrigger, {
  name: 'RecalculationTrigger',
  description: 'The trigger of a recalculation.',
  valuesMap: {
    API: { description: 'The mutation `recalculateAllScores`.' },
    SCHEDULE: { description: 'The schedule of the server.' },
    COMMAND: { description: 'The command `pnpm recalculate`.' },
  },
});

@AllowedTo('admin')
@ObjectType('Recalculation', {
  description:
    'The record of a recalculation of scores. The record is kept after the recalculation has ended.',
})
export class RecalculationType extends RecalculationOutcome {
  @Field(() => ID, { description: 'An integer.' })
  id!: number;

  @Field(() => RecalculationTrigger, { description: 'The trigger of the recalculation.' })
  trigger!: (typeof RecalculationTrigger)[keyof typeof RecalculationTrigger];

  @Field(() => String, {
    description: 'The host name and the process that the recalculation runs or ran on.',
  })
  host!: string;

  @Field(() => Boolean, { description: 'Whether only stale scores are recalculated.' })
  onlyStale!: boolean;

  @Field(() => Boolean, {
    description: 'Whether contact states and scores were compared with the interactions.',
  })
  isVerification!: boolean;

  @Field(() => RecalculationStatus, { description: 'The status of the recalculation.' })
  status!: (typeof RecalculationStatus)[keyof typeof RecalculationStatus];

  @Field(() => Date, { description: 'The instant as of which all scores are calculated.' })
  asOf!: Date;

  @Field(() => Date, { description: 'The start time.' })
  startedAt!: Date;

  @Field(() => Date, {
    nullable: true,
    description: 'The end time. Null if the recalculation is running, or if the time is unknown.',
  })
  endedAt!: Date | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'The duration in milliseconds, up to now if the recalculation is running. Null if it is unknown.',
  })
  durationMs!: number | null;

  @Field(() => Int, { description: 'The number of leads to recalculate.' })
  totalCount!: number;

  @Field(() => Int, {
    description: 'Leads that were processed: the score is written, or the lead failed.',
  })
  calculatedCount!: number;

  @Field(() => Int, {
    description:
      'Leads whose score was written. The new scores are visible once the recalculation has succeeded; otherwise they are rolled back.',
  })
  savedCount!: number;

  @Field(() => Int, {
    description: 'Leads that were skipped: they were removed in the meantime, or have a more recent score.',
  })
  skippedCount!: number;

  @Field(() => String, {
    nullable: true,
    description: 'A readable reason if the recalculation did not succeed.',
  })
  error!: string | null;
}
