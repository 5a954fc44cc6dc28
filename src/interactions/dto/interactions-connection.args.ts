import { ArgsType, Field } from '@nestjs/graphql';
import { PageArgs } from '../../graphql/page.args.js';
import { InteractionFilterInput } from './interaction-filter.input.js';

@ArgsType()
export class InteractionsConnectionArgs extends PageArgs {
  @Field(() => InteractionFilterInput, {
    nullable: true,
    description: 'Which interactions; without it, all.',
  })
  filter?: InteractionFilterInput | null;
}
