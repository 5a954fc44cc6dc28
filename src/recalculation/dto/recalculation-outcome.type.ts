import { Field, Int, ObjectType } from '@nestjs/graphql';
import { AssumedSize } from '../../graphql/limits/field-extensions.js';
import { MAX_NAMED_FAILURES } from '../../leads/scoring/recalculation-counter.js';
import { RecalculationDifferenceType } from './recalculation-difference.type.js';
import { RecalculationFailureType } from './recalculation-failure.type.js';

/** The leads that a recalculation could not save, and those that it repaired. */
@ObjectType({ isAbstract: true })
export abstract class RecalculationOutcome {
  @Field(() => Int, { description: 'Leads whose score could not be saved.' })
  failedCount!: number;

  @AssumedSize(MAX_NAMED_FAILURES)
  @Field(() => [RecalculationFailureType], {
    description: `The first ${MAX_NAMED_FAILURES} leads that failed, once the recalculation has succeeded. \`failedCount\` counts all of them.`,
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
