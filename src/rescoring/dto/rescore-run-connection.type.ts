import { Field, ObjectType } from '@nestjs/graphql';
import { PageInfo } from '../../graphql/page-info.type.js';
import { RescoreRunType } from './rescore-run.type.js';

@ObjectType({ description: 'A run in a page of runs.' })
export class RescoreRunEdge {
  @Field(() => String, { description: 'Where the run stands; `after` takes it.' })
  cursor!: string;

  @Field(() => RescoreRunType, { description: 'The run.' })
  node!: RescoreRunType;
}

@ObjectType({ description: 'A page of runs, the latest first.' })
export class RescoreRunConnection {
  @Field(() => [RescoreRunEdge], { description: 'The runs with their cursors.' })
  edges!: readonly RescoreRunEdge[];

  @Field(() => [RescoreRunType], { description: 'The runs.' })
  nodes!: readonly RescoreRunType[];

  @Field(() => PageInfo, { description: 'Where the page stands.' })
  pageInfo!: PageInfo;
}
