import { AllowedTo } from '../access/allowed-to.js';
import { Directive, Field, ObjectType } from '@nestjs/graphql';

// Shareable, since every subgraph with connections defines this type.
@Directive('@shareable')
@AllowedTo('viewer')
@ObjectType({ description: 'Where a page of a connection stands, as Relay defines it.' })
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether there is more after this page.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, {
    description: 'Whether there is more before this page, as far as its arguments tell.',
  })
  hasPreviousPage!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'The cursor of the first; null where the page is empty.',
  })
  startCursor!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The cursor of the last; null where the page is empty.',
  })
  endCursor!: string | null;
}
