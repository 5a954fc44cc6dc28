import { Field, InputType, registerEnumType } from '@nestjs/graphql';
import type { LeadOrderField, OrderDirection } from '../listing/lead-order.js';

/** Maps the names in the API to the names in the listing. */
const LeadOrderFieldEnum = {
  SCORE: 'score',
  LAST_CONTACT_AT: 'lastContact',
  NAME: 'name',
  CREATED_AT: 'created',
  BUDGET: 'budget',
} as const satisfies Record<string, LeadOrderField>;

registerEnumType(LeadOrderFieldEnum, {
  name: 'LeadOrderField',
  description: 'What leads are ordered by.',
  valuesMap: {
    SCORE: { description: 'Their activity score.' },
    LAST_CONTACT_AT: { description: 'The latest contact that their score counts.' },
    NAME: { description: 'Family name, then given name, whatever their letter case.' },
    CREATED_AT: { description: 'When they were created.' },
    BUDGET: { description: 'Their budget.' },
  },
});

const OrderDirectionEnum = { ASC: 'asc', DESC: 'desc' } as const satisfies Record<string, OrderDirection>;

registerEnumType(OrderDirectionEnum, {
  name: 'OrderDirection',
  description: 'In which direction. Leads without a value come last in both.',
  valuesMap: {
    ASC: { description: 'The smallest, earliest or alphabetically first comes first.' },
    DESC: { description: 'The greatest, latest or alphabetically last comes first.' },
  },
});

@InputType({
  description: 'The order of leads. Those that have the same are ordered by id, in the same direction.',
})
export class LeadOrderInput {
  @Field(() => LeadOrderFieldEnum, { description: 'What they are ordered by.' })
  field!: LeadOrderField;

  @Field(() => OrderDirectionEnum, { description: 'In which direction.' })
  direction!: OrderDirection;
}
