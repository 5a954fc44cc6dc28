import { AllowedTo } from '../../access/allowed-to.js';
import { Field, ID, Int, ObjectType } from '@nestjs/graphql';
import { AssumedSize } from '../../graphql/limits/field-extensions.js';
import { MAX_NAMED_FAILURES } from '../../leads/scoring/recalculation-counter.js';
import { RecalculationDifferenceType } from './recalculation-difference.type.js';
import { RecalculationFailureType } from './recalculation-failure.type.js';

@AllowedTo('admin')
@ObjectType({ description: 'What a recalculation of all scores did.' })
export class RecalculateScoresResult {
  @Field(() => ID, { description: 'The run that did it; `recalculation` has its record.' })
  recalculationId!: number;

  @Field(() => Date, {
    description: 'The instant that all its scores are measured at: their `scoreCalculatedAt`.',
  })
  asOf!: Date;

  @Field(() => Int, { description: 'Leads whose score was saved.' })
  count!: number;

  @Field(() => Int, { description: 'Leads whose score could not be saved.' })
  failedCount!: number;

  @AssumedSize(MAX_NAMED_FAILURES)
  @Field(() => [RecalculationFailureType], {
    description: `The leads that failed: the first ${MAX_NAMED_FAILURES} of them. \`failedCount\` counts all.`,
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
}
