import { AllowedTo } from '../../access/allowed-to.js';
import { Field, Float, Int, ObjectType } from '@nestjs/graphql';
import { AssumedSize } from '../../graphql/limits/field-extensions.js';
import { DRAFT_LIMITS } from '../summary-draft.js';
import { SummarySource } from '../../leads/dto/lead.type.js';

@AllowedTo('viewer')
@ObjectType('SummaryKeyPoint', { description: 'An important fact and the interactions that support it.' })
export class SummaryKeyPointType {
  @Field(() => String, { description: 'One sentence of plain text.' })
  text!: string;

  /** Another resolver, in src/interactions, loads these interactions. */
  interactionIds!: readonly number[];
}

@AllowedTo('viewer')
@ObjectType('LeadSummary', { description: 'The structured form and the origin of the `summary` of a lead.' })
export class LeadSummaryType {
  leadId!: number;

  @Field(() => String, {
    nullable: true,
    description: 'One line about the lead and its situation. Null if the template wrote the summary.',
  })
  headline!: string | null;

  @AssumedSize(DRAFT_LIMITS.keyPoints)
  @Field(() => [SummaryKeyPointType], {
    description: 'At most five facts. Empty if the template wrote the summary.',
  })
  keyPoints!: readonly SummaryKeyPointType[];

  @Field(() => String, {
    nullable: true,
    description: 'The suggested next step, in one sentence. Null if the template wrote the summary.',
  })
  nextStep!: string | null;

  @Field(() => SummarySource, { description: 'Whether a model or the template wrote the summary.' })
  source!: (typeof SummarySource)[keyof typeof SummarySource];

  @Field(() => String, { description: 'The service that wrote the summary: `openrouter`, `template`, …' })
  writer!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The model that answered. Null if no model was called.',
  })
  model!: string | null;

  @Field(() => Int, {
    nullable: true,
    description: 'The version of the prompt, counted from 1. Null if no model was called.',
  })
  promptVersion!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'The cost in US dollars, including rejected attempts. Null if there was no cost or the provider did not report it.',
  })
  costUsd!: number | null;

  @Field(() => Date, {
    description: 'The time at which the summary was written, equal to `summaryGeneratedAt`.',
  })
  generatedAt!: Date;

  /** Another resolver, in src/interactions, loads these interactions. */
  withheldInteractionIds!: readonly number[];
}
