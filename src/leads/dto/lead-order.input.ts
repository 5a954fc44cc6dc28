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
  description: 'The fields that leads can be sorted by.',
  valuesMap: {
    SCORE: { description: 'The activity score.' },
    LAST_CONTACT_AT: { description: 'The latest contact that counts towards the score.' },
    NAME: { description: 'Family name, then given name. Case is ignored.' },
    CREATED_AT: { description: 'The creation time.' },
    BUDGET: { description: 'The budget.' },
  },
});

const OrderDirectionEnum = { ASC: 'asc', DESC: 'desc' } as const satisfies Record<string, OrderDirection>;

registerEnumType(OrderDirectionEnum, {
  name: 'OrderDirection',
  description: 'The sort direction. Leads without a value come last in both directions.',
  valuesMap: {
    ASC: { description: 'Ascending: the smallest, earliest or alphabetically first value comes first.' },
    DESC: { description: 'Descending: the greatest, latest or alphabetically last value comes first.' },
  },
});

@InputType({
  description: 'The sort order of leads. Leads with equal values are sorted by id in the same direction.',
})
export class LeadOrderInput {
  @Field(() => LeadOrderFieldEnum, { description: 'The field to sort by.' })
  field!: LeadOrderField;

  @Field(() => OrderDirectionEnum, { description: 'The sort direction.' })
  direction!: OrderDirection;
}
