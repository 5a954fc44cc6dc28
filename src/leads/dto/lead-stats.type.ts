import { AllowedTo } from '../../access/allowed-to.js';
import { Field, Float, Int, ObjectType } from '@nestjs/graphql';
import type { ScoreBand } from '../scoring/score-band.js';
import { ScoreBandEnum } from './score-band.enum.js';

@AllowedTo('viewer')
@ObjectType({ description: 'How many leads stand where.' })
export class StatusCount {
  @Field(() => String, {
    description: 'The status in lower case, with spaces and hyphens read as underscores.',
  })
  status!: string;

  @Field(() => Int, { description: 'Leads that have it, in whatever spelling.' })
  count!: number;
}

@AllowedTo('viewer')
@ObjectType({ description: 'How many leads came from where.' })
export class SourceCount {
  @Field(() => String, {
    nullable: true,
    description: 'The source in its most frequent spelling; null: none is known.',
  })
  source!: string | null;

  @Field(() => Int, {
    description: 'Leads that came from there, in whatever spelling; sources are compared as statuses are.',
  })
  count!: number;
}

@AllowedTo('viewer')
@ObjectType({ description: 'How many open leads are in a band.' })
export class ScoreBandCount {
  @Field(() => ScoreBandEnum, { description: 'The band.' })
  band!: ScoreBand;

  @Field(() => Int, { description: 'Open leads in it.' })
  count!: number;
}

@AllowedTo('viewer')
@ObjectType({ description: 'How many leads have a score from one to another.' })
export class ScoreBinType {
  @Field(() => Int, { description: 'The lowest score, included.' })
  from!: number;

  @Field(() => Int, { description: 'The highest score, included.' })
  to!: number;

  @Field(() => Int, { description: 'Leads with such a score.' })
  count!: number;
}

@AllowedTo('viewer')
@ObjectType({ description: 'Averages over all leads.' })
export class LeadAverages {
  @Field(() => Float, { nullable: true, description: 'Of the scores; null where there are none.' })
  score!: number | null;

  @Field(() => Float, { nullable: true, description: 'Of the budgets; null where there are none.' })
  budget!: number | null;
}

@AllowedTo('viewer')
@ObjectType({ description: 'All leads in figures. Each field is counted only where it is asked for.' })
export class LeadStats {}
