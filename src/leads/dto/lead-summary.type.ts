import { AllowedTo } from '../../access/allowed-to.js';
import { Field, Float, Int, ObjectType } from '@nestjs/graphql';
import { AssumedSize } from '../../graphql/limits/field-extensions.js';
import { DRAFT_LIMITS } from '../summaries/summary-draft.js';
import { SummarySource } from './lead.type.js';

@AllowedTo('viewer')
@ObjectType('SummaryKeyPoint', { description: 'A fact that matters, and what it rests on.' })
export class SummaryKeyPointType {
  @Field(() => String, { description: 'One sentence of plain text.' })
  text!: string;

  /** Another resolver, in src/interactions, loads these interactions. */
  interactionIds!: readonly number[];
}

@AllowedTo('viewer')
@ObjectType('LeadSummary', { description: 'What stands behind the `summary` of a lead.' })
export class LeadSummaryType {
  leadId!: number;

  @Field(() => String, {
    nullable: true,
    description: 'Who the lead is and where things stand, in one line; null: the template makes none.',
  })
  headline!: string | null;

  @AssumedSize(DRAFT_LIMITS.keyPoints)
  @Field(() => [SummaryKeyPointType], { description: 'At most five; none from the template.' })
  keyPoints!: readonly SummaryKeyPointType[];

  @Field(() => String, {
    nullable: true,
    description: 'What to do next, in one sentence; null: the template suggests nothing.',
  })
  nextStep!: string | null;

  @Field(() => SummarySource, { description: 'Whether a model or the template wrote it.' })
  source!: (typeof SummarySource)[keyof typeof SummarySource];

  @Field(() => String, { description: 'Through which service it was written: `openrouter`, `template`, …' })
  writer!: string;

  @Field(() => String, { nullable: true, description: 'The model that answered; null: none was asked.' })
  model!: string | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Which prompt the model was given, counted from 1; null: none.',
  })
  promptVersion!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'What it cost in US dollars, refused attempts included; null: nothing, or nobody said.',
  })
  costUsd!: number | null;

  @Field(() => Date, { description: 'When it was written, as `summaryGeneratedAt`.' })
  generatedAt!: Date;

  /** Another resolver, in src/interactions, loads these interactions. */
  withheldInteractionIds!: readonly number[];
}
