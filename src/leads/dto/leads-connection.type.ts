import { Field, ObjectType } from '@nestjs/graphql';
import { PageInfo } from '../../graphql/page-info.type.js';
import { LeadType } from './lead.type.js';

@ObjectType({ description: 'A lead in a page of leads.' })
export class LeadEdge {
  @Field(() => String, { description: 'Where the lead stands; `after` and `before` take it.' })
  cursor!: string;

  @Field(() => LeadType, { description: 'The lead.' })
  node!: LeadType;
}

@ObjectType({ description: 'A page of leads.' })
export class LeadConnection {
  @Field(() => [LeadEdge], { description: 'The leads with their cursors.' })
  edges!: readonly LeadEdge[];

  @Field(() => [LeadType], { description: 'The leads.' })
  nodes!: readonly LeadType[];

  @Field(() => PageInfo, { description: 'Where the page stands.' })
  pageInfo!: PageInfo;
}
