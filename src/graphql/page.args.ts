import { ArgsType, Field, Int } from '@nestjs/graphql';

/** The arguments of connections that can be read in both directions. */
@ArgsType()
export class PageArgs {
  @Field(() => Int, { nullable: true, description: 'The first so many, 1 to 100; without `last`, 20.' })
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'Only what comes after this cursor.' })
  after?: string | null;

  @Field(() => Int, { nullable: true, description: 'The last so many, 1 to 100; does not go with `first`.' })
  last?: number | null;

  @Field(() => String, { nullable: true, description: 'Only what comes before this cursor.' })
  before?: string | null;
}
