import { AllowedTo } from '../../access/allowed-to.js';
import { Field, ID, ObjectType } from '@nestjs/graphql';

@AllowedTo('admin')
@ObjectType('SummaryFailure', {
  description: 'A lead of a batch whose summary could not be written. Its previous summary is kept.',
})
export class SummaryFailureType {
  @Field(() => ID, { description: 'The id of the lead.' })
  leadId!: number;

  @Field(() => String, { description: 'An error code, as in `extensions.code` of an error.' })
  code!: string;

  @Field(() => String, { description: 'A readable reason.' })
  reason!: string;
}
