import { Field, ObjectType } from '@nestjs/graphql';
import { PageInfo } from '../../graphql/page-info.type.js';
import { InteractionGraphQLType } from './interaction.type.js';

@ObjectType({ description: 'An interaction in a page of interactions.' })
export class InteractionEdge {
  @Field(() => String, { description: 'Where the interaction stands; `after` and `before` take it.' })
  cursor!: string;

  @Field(() => InteractionGraphQLType, { description: 'The interaction.' })
  node!: InteractionGraphQLType;
}

@ObjectType({ description: 'A page of the interactions of a lead, newest first.' })
export class InteractionConnection {
  @Field(() => [InteractionEdge], { description: 'The interactions with their cursors.' })
  edges!: readonly InteractionEdge[];

  @Field(() => [InteractionGraphQLType], { description: 'The interactions.' })
  nodes!: readonly InteractionGraphQLType[];

  @Field(() => PageInfo, { description: 'Where the page stands.' })
  pageInfo!: PageInfo;
}
