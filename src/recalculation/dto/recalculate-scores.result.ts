import { AllowedTo } from '../../access/allowed-to.js';
import { Field, ID, Int, ObjectType } from '@nestjs/graphql';
import type { Recalculation } from '../recalculation.js';
import { RecalculationOutcome } from './recalculation-outcome.type.js';

@AllowedTo('admin')
@ObjectType({ description: 'The result of a recalculation of all scores.' })
export class RecalculateScoresResult extends RecalculationOutcome {
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

  static of(run: Recalculation): RecalculateScoresResult {
    const { id, asOf, savedCount, failedCount, failures, differenceCount, differences } = run;
    return {
      recalculationId: id,
      asOf,
      count: savedCount,
      failedCount,
      failures,
      differenceCount,
      differences,
    };
  }
}
