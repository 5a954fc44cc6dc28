import { AllowedTo } from '../../access/allowed-to.js';
import { Field, ID, ObjectType } from '@nestjs/graphql';

@AllowedTo('admin')
@ObjectType('SummaryFailure', {
  description: 'A lead of a batch that got no summary; it keeps the one it had.',
})
export class SummaryFailureType {
  @Field(() => ID, { description: 'The id of the lead.' })
  leadId!: number;

  @Field(() => String, { description: 'As in the `extensions.code` of an error.' })
  code!: string;

  @Field(() => String, { description: 'Why, for people.' })
  reason!: string;
}
