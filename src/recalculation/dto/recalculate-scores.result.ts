import { AllowedTo } from '../../access/allowed-to.js';
import { Field, ID, Int, ObjectType } from '@nestjs/graphql';
import { AssumedSize } from '../../graphql/limits/field-extensions.js';
import { MAX_NAMED_FAILURES } from '../../leads/scoring/recalculation-counter.js';
import { RecalculationDifferenceType } from './recalculation-difference.type.js';
import { RecalculationFailureType } from './recalculation-failure.type.js';

@AllowedTo('admin')
@ObjectType({ description: 'The result of a recalculation of all scores.' })
export class RecalculateScoresResult {
  @Field(() => ID, {
    description: 'The id of the recalculation. The query `recalculation` returns its record.',
  })
  recalculationId!: number;

  @Field(() => Date, {
    description: 'The instant as of which all scores were calculated: their `scoreCalculatedAt`.',
  })
  asOf!: Date;

  @Field(() => Int, { description: 'Leads whose score was saved.' })
  count!: number;

  @Field(() => Int, { description: 'Leads whose score could not be saved.' })
  failedCount!: number;

  @AssumedSize(MAX_NAMED_FAILURES)
  @Field(() => [RecalculationFailureType], {
    description: `The first ${MAX_NAMED_FAILURES} leads that failed. \`failedCount\` counts all of them.`,
  })
  failures!: readonly RecalculationFailureType[];

  @Field(() => Int, {
    description: 'Leads that `verify` found to differ from their interactions and repaired.',
  })
  differenceCount!: number;

  @AssumedSize(MAX_NAMED_FAILURES)
  @Field(() => [RecalculationDifferenceType], {
    description: `The first ${MAX_NAMED_FAILURES} leads that differed. \`differenceCount\` counts all of them.`,
  })
  differences!: readonly RecalculationDifferenceType[];
}
