import { AllowedTo } from '../../access/allowed-to.js';
import { Directive, Field, Float, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';

/** Maps the names in the API to the values in the database. */
export const SummarySource = { MODEL: 'model', TEMPLATE: 'template' } as const;

registerEnumType(SummarySource, {
  name: 'SummarySource',
  description: 'The author of a summary.',
  valuesMap: {
    MODEL: {
      description: 'A language model, based on the facts of the lead and the notes of its interactions.',
    },
    TEMPLATE: {
      description: 'The built-in template, based only on the facts of the lead. No model is called.',
    },
  },
});

@AllowedTo('viewer')
@ObjectType('Lead', { description: 'A potential customer, as shown on a lead card.' })
@Directive('@key(fields: "id")')
export class LeadType {
  @Field(() => ID, { description: 'An integer. Arguments take it as an `Int`.' })
  id!: number;

  @Field(() => String, { description: 'Given name.' })
  firstName!: string;

  @Field(() => String, { description: 'Family name.' })
  lastName!: string;

  @Field(() => String, { description: 'The e-mail address, unique among leads.' })
  email!: string;

  @Field(() => String, { nullable: true, description: 'The telephone number, as it was entered.' })
  phone!: string | null;

  @Field(() => Float, {
    nullable: true,
    description: 'The budget, in the currency of the account.',
  })
  budget!: number | null;

  @Field(() => String, { nullable: true, description: 'The location of the lead.' })
  location!: string | null;

  @Field(() => String, { nullable: true, description: 'The employer of the lead.' })
  company!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The origin of the lead: `website`, `referral`, `linkedin`, … Free text.',
  })
  source!: string | null;

  @Field(() => String, {
    description:
      'The status of the lead: `new`, `contacted`, `qualified`, `proposal`, `negotiation`, `won`, `converted`, `lost`, `closed_lost`, or another value that the database contains.',
  })
  status!: string;

  @Field(() => String, {
    nullable: true,
    description: 'A few sentences about the lead. Null if no summary was ever written.',
  })
  summary!: string | null;

  @Field(() => Date, { nullable: true, description: 'The time at which the summary was written.' })
  summaryGeneratedAt!: Date | null;

  @Field(() => SummarySource, {
    nullable: true,
    description:
      'The author of the summary. Null if there is no summary, or if it was written before this field existed.',
  })
  summarySource!: (typeof SummarySource)[keyof typeof SummarySource] | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'The activity score, 0 to 100. A higher score is more promising. Null if it was never calculated.',
  })
  activityScore!: number | null;

  @Field(() => Date, { nullable: true, description: 'The instant as of which the score was calculated.' })
  scoreCalculatedAt!: Date | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The name of the system that `externalId` comes from, such as `hubspot`. Null if there is no external id.',
  })
  externalSource!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The id of the lead in another system, unique together with `externalSource`.',
  })
  externalId!: string | null;

  @Field(() => Date, { description: 'The time at which the lead was created.' })
  createdAt!: Date;

  @Field(() => Date, {
    description:
      'The time of the last change to the lead itself. Scores and summaries do not count as changes.',
  })
  updatedAt!: Date;
}
