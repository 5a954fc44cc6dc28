import { Field, Int, ObjectType } from '@nestjs/graphql';
import { AllowedTo } from '../../access/allowed-to.js';

@AllowedTo('admin')
@ObjectType('RecalculationDifference', {
  description: 'A lead that a verification found to differ from its interactions and repaired.',
})
export class RecalculationDifferenceType {
  @Field(() => Int, { description: 'The id of the lead.' })
  leadId!: number;

  @Field(() => String, { description: 'A readable description of the difference.' })
  reason!: string;
}
