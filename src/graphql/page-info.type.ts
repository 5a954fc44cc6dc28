import { AllowedTo } from '../access/allowed-to.js';
import { Directive, Field, ObjectType } from '@nestjs/graphql';

// Shareable, since every subgraph with connections defines this type.
@Directive('@shareable')
@AllowedTo('viewer')
@ObjectType({ description: 'Pagination information, as defined by the Relay specification.' })
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether there are more items after this page.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, {
    description: 'Whether there are more items before this page, as far as the arguments show.',
  })
  hasPreviousPage!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'The cursor of the first item. Null if the page is empty.',
  })
  startCursor!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The cursor of the last item. Null if the page is empty.',
  })
  endCursor!: string | null;
}
