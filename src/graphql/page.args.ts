import { ArgsType, Field, Int } from '@nestjs/graphql';

/** The arguments of connections that can be read in both directions. */
@ArgsType()
export class PageArgs {
  @Field(() => Int, {
    nullable: true,
    description: 'Return the first N items, 1 to 100. The default is 20 if `last` is absent.',
  })
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'Return only items after this cursor.' })
  after?: string | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Return the last N items, 1 to 100. Cannot be combined with `first`.',
  })
  last?: number | null;

  @Field(() => String, { nullable: true, description: 'Return only items before this cursor.' })
  before?: string | null;
}
