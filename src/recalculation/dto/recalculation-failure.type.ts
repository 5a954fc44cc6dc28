import { AllowedTo } from '../../access/allowed-to.js';
import { Field, Int, ObjectType } from '@nestjs/graphql';

@AllowedTo('admin')
@ObjectType('RecalculationFailure', {
  description: 'A lead whose score could not be saved. The lead was left unchanged.',
})
export class RecalculationFailureType {
  @Field(() => Int, { description: 'The id of the lead.' })
  leadId!: number;

  @Field(() => String, { description: 'A readable reason.' })
  reason!: string;
}
