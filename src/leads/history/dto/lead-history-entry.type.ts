import { ArgsType, Field, Float, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { AllowedTo } from '../../../access/allowed-to.js';
import type { Page } from '../../../common/page-window.js';
import { connectionType } from '../../../graphql/connection-type.js';
import type { LeadHistoryField, LeadHistoryKind } from '../lead-history.js';

/** Maps the names in the API to the internal names. */
const LeadHistoryKindEnum = {
  CREATED: 'created',
  RECORDED: 'recorded',
  CHANGED: 'changed',
  CLOSED: 'closed',
  REOPENED: 'reopened',
  INTERACTION: 'interaction',
} as const satisfies Record<string, LeadHistoryKind>;

registerEnumType(LeadHistoryKindEnum, {
  name: 'LeadHistoryKind',
  description: 'The kind of an entry of the history of a lead.',
  valuesMap: {
    CREATED: { description: 'The lead was created, or its history begins.' },
    RECORDED: {
      description: 'The lead was entered here. Its earlier history was imported.',
    },
    CHANGED: {
      description: 'The status, budget, source, company, location or e-mail domain of the lead changed.',
    },
    CLOSED: { description: 'The lead was won or lost.' },
    REOPENED: { description: 'A lead that was won or lost is open again.' },
    INTERACTION: { description: 'An interaction took place.' },
  },
});

/** Maps the names in the API to the internal names. */
const LeadHistoryFieldEnum = {
  STATUS: 'status',
  BUDGET: 'budget',
  SOURCE: 'source',
  COMPANY: 'company',
  LOCATION: 'location',
  EMAIL_DOMAIN: 'emailDomain',
} as const satisfies Record<string, LeadHistoryField>;

registerEnumType(LeadHistoryFieldEnum, {
  name: 'LeadHistoryField',
  description: 'A value of a lead that scoring rules may compare.',
  valuesMap: {
    STATUS: { description: 'The status.' },
    BUDGET: { description: 'The budget.' },
    SOURCE: { description: 'The source.' },
    COMPANY: { description: 'The company.' },
    LOCATION: { description: 'The location.' },
    EMAIL_DOMAIN: { description: 'The part of the e-mail address after the @.' },
  },
});

@ArgsType()
export class LeadHistoryArgs {
  @Field(() => Int, { nullable: true, defaultValue: 20, description: 'The page size, 1 to 100.' })
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'Return only entries after this cursor.' })
  after?: string | null;
}

@AllowedTo('viewer')
@ObjectType('LeadHistoryEntry', {
  description: 'A change of a lead, or an interaction with it. A change has no interaction, and vice versa.',
})
export class LeadHistoryEntryType {
  @Field(() => Date, { description: 'The instant at which it took effect, or the date of the interaction.' })
  at!: Date;

  @Field(() => Date, { description: 'The instant since which it is known as it is.' })
  recordedAt!: Date;

  @Field(() => LeadHistoryKindEnum, { description: 'The kind of the entry.' })
  kind!: LeadHistoryKind;

  @Field(() => [LeadHistoryFieldEnum], {
    description:
      'What a change changed. Empty for interactions, and if the lead was created or recorded. An imported change contains only the status and the budget.',
  })
  changedFields!: readonly LeadHistoryField[];

  @AllowedTo('rep')
  @Field(() => String, {
    nullable: true,
    description:
      'The author of a change: the key of the caller of the API, a command with its user, a database role, or `migration`. Null for interactions. Requires the role `rep`.',
  })
  by!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The status before a change. Null for interactions, and if the lead was created or recorded.',
  })
  statusBefore!: string | null;

  @Field(() => String, { nullable: true, description: 'The status after a change. Null for interactions.' })
  statusAfter!: string | null;

  @Field(() => Float, {
    nullable: true,
    description: 'The budget before a change. Null for interactions and if there was none.',
  })
  budgetBefore!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'The budget after a change. Null for interactions and if there is none.',
  })
  budgetAfter!: number | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'The score immediately before, as `scoreTimeline` has it. Null if more than 500 changes and interactions have the same instant.',
  })
  scoreBefore!: number | null;

  @Field(() => Int, { nullable: true, description: 'The score immediately after. Null like `scoreBefore`.' })
  scoreAfter!: number | null;

  /** The resolver of `interaction` loads the interaction. */
  interactionId!: number | null;
}

export type LeadHistoryConnection = Page<LeadHistoryEntryType>;
export const LeadHistoryConnection = connectionType(LeadHistoryEntryType, {
  prefix: 'LeadHistory',
  one: 'entry',
  many: 'entries',
  description: 'A page of the history of a lead, newest first.',
  allowedTo: 'viewer',
  cursorArguments: 'a value for `after`',
});
