import { AllowedTo } from '../../access/allowed-to.js';
import { Field, Float, Int, ObjectType } from '@nestjs/graphql';
import type { ScoreBand } from '../scoring/score-band.js';
import { ScoreBandEnum } from './score-band.enum.js';

@AllowedTo('viewer')
@ObjectType({ description: 'The number of leads with a status.' })
export class StatusCount {
  @Field(() => String, {
    description: 'The status in lower case, with spaces and hyphens read as underscores.',
  })
  status!: string;

  @Field(() => Int, { description: 'Leads with this status, in any spelling.' })
  count!: number;
}

@AllowedTo('viewer')
@ObjectType({ description: 'The number of leads with a source.' })
export class SourceCount {
  @Field(() => String, {
    nullable: true,
    description: 'The source in its most frequent spelling. Null: the source is unknown.',
  })
  source!: string | null;

  @Field(() => Int, {
    description: 'Leads with this source, in any spelling. Sources are compared in the same way as statuses.',
  })
  count!: number;
}

@AllowedTo('viewer')
@ObjectType({ description: 'The number of open leads in a band.' })
export class ScoreBandCount {
  @Field(() => ScoreBandEnum, { description: 'The band.' })
  band!: ScoreBand;

  @Field(() => Int, { description: 'Open leads in this band.' })
  count!: number;
}

@AllowedTo('viewer')
@ObjectType({ description: 'The number of leads in a range of scores.' })
export class ScoreBinType {
  @Field(() => Int, { description: 'The lowest score, included.' })
  from!: number;

  @Field(() => Int, { description: 'The highest score, included.' })
  to!: number;

  @Field(() => Int, { description: 'Leads with a score in this range.' })
  count!: number;
}

@AllowedTo('viewer')
@ObjectType({ description: 'Averages over all leads.' })
export class LeadAverages {
  @Field(() => Float, { nullable: true, description: 'The average score. Null if no lead has a score.' })
  score!: number | null;

  @Field(() => Float, { nullable: true, description: 'The average budget. Null if no lead has a budget.' })
  budget!: number | null;
}

@AllowedTo('viewer')
@ObjectType({ description: 'Statistics over all leads. Each field is computed only if it is selected.' })
export class LeadStats {}
