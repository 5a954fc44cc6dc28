import { Field, Int, ObjectType } from '@nestjs/graphql';
import { MAX_NAMED_FAILURES } from '../scoring/bulk-recalculation.js';

@ObjectType('RecalculationFailure', {
  description: 'A lead whose score could not be saved, and was left as it was.',
})
export class RecalculationFailureType {
  @Field(() => Int, { description: 'The id of the lead.' })
  leadId!: number;

  @Field(() => String, { description: 'Why, for people.' })
  reason!: string;
}

@ObjectType({ description: 'What a recalculation of all scores did.' })
export class RecalculateScoresResult {
  @Field(() => Int, { description: 'Leads whose score was saved.' })
  count!: number;

  @Field(() => Int, { description: 'Leads whose score could not be saved.' })
  failedCount!: number;

  @Field(() => [RecalculationFailureType], {
    description: `The leads that failed: the first ${MAX_NAMED_FAILURES} of them by id. \`failedCount\` counts all.`,
  })
  failures!: readonly RecalculationFailureType[];
}
