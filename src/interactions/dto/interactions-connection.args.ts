import { ArgsType, Field } from '@nestjs/graphql';
import { PageArgs } from '../../graphql/page.args.js';
import { InteractionFilterInput } from './interaction-filter.input.js';

@ArgsType()
export class InteractionsConnectionArgs extends PageArgs {
  @Field(() => InteractionFilterInput, {
    nullable: true,
    description: 'A filter. Without it, all interactions are returned.',
  })
  filter?: InteractionFilterInput | null;
}
