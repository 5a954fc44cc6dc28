import { AllowedTo } from '../../access/allowed-to.js';
import { Directive, Field, Float, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';

/** Maps the names in the API to the values in the database. */
export const SummarySource = { MODEL: 'model', TEMPLATE: 'template' } as const;

registerEnumType(SummarySource, {
  name: 'SummarySource',
  description: 'Who wrote a summary.',
  valuesMap: {
    MODEL: { description: 'A language model, from the facts of the lead and the notes of its interactions.' },
    TEMPLATE: { description: 'The built-in template, from the facts of the lead alone: no model was asked.' },
  },
});

@AllowedTo('viewer')
@ObjectType('Lead', { description: 'Somebody who may buy: what a lead card shows.' })
@Directive('@key(fields: "id")')
export class LeadType {
  @Field(() => ID, { description: 'A whole number; arguments take it as an `Int`.' })
  id!: number;

  @Field(() => String, { description: 'Given name.' })
  firstName!: string;

  @Field(() => String, { description: 'Family name.' })
  lastName!: string;

  @Field(() => String, { description: 'No two leads share one.' })
  email!: string;

  @Field(() => String, { nullable: true, description: 'As it was given.' })
  phone!: string | null;

  @Field(() => Float, {
    nullable: true,
    description: 'What the lead may spend, in the currency of the account.',
  })
  budget!: number | null;

  @Field(() => String, { nullable: true, description: 'Where the lead is.' })
  location!: string | null;

  @Field(() => String, { nullable: true, description: 'Whom the lead works for.' })
  company!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Where the lead came from: `website`, `referral`, `linkedin`, … Free text.',
  })
  source!: string | null;

  @Field(() => String, {
    description:
      'Where the lead stands: `new`, `contacted`, `qualified`, `proposal`, `negotiation`, `won`, `converted`, `lost`, `closed_lost`, or whatever else the database holds.',
  })
  status!: string;

  @Field(() => String, {
    nullable: true,
    description: 'A few sentences about the lead; null: never written.',
  })
  summary!: string | null;

  @Field(() => Date, { nullable: true, description: 'When the summary was written.' })
  summaryGeneratedAt!: Date | null;

  @Field(() => SummarySource, {
    nullable: true,
    description: 'Who wrote the summary; null: there is none, or it is older than this field.',
  })
  summarySource!: (typeof SummarySource)[keyof typeof SummarySource] | null;

  @Field(() => Int, {
    nullable: true,
    description: '0 to 100, higher is more promising; null: never calculated.',
  })
  activityScore!: number | null;

  @Field(() => Date, { nullable: true, description: 'The instant at which the score was measured.' })
  scoreCalculatedAt!: Date | null;

  @Field(() => Date, { description: 'When the lead was created.' })
  createdAt!: Date;

  @Field(() => Date, {
    description: 'When somebody last changed the lead itself. Scores and summaries do not count as a change.',
  })
  updatedAt!: Date;
}
