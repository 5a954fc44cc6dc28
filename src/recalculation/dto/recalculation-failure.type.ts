import { AllowedTo } from '../../access/allowed-to.js';
import { Field, Int, ObjectType } from '@nestjs/graphql';

@AllowedTo('admin')
@ObjectType('RecalculationFailure', {
  description: 'A lead whose score could not be saved, and was left as it was.',
})
export class RecalculationFailureType {
  @Field(() => Int, { description: 'The id of the lead.' })
  leadId!: number;

  @Field(() => String, { description: 'Why, for people.' })
  reason!: string;
}
