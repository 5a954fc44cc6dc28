import { graphql } from '../generated/index.js';
import type {
  LeadListQuery,
  LeadListQueryVariables,
  LeadOrderField,
  OrderDirection,
} from '../generated/graphql.js';

/** Counting all leads takes time, so only the first page asks for it. */
export const LEAD_LIST = graphql(`
  query LeadList(
    $first: Int!
    $after: String
    $filter: LeadFilterInput!
    $orderBy: LeadOrderInput!
    $isFirstPage: Boolean!
  ) {
    leadsConnection(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
      nodes {
        id
        ...LeadCard
      }
      pageInfo {
        hasNextPage
        endCursor
      }
      totalCount @include(if: $isFirstPage)
    }
  }
`);

export const PAGE_SIZE = 20;

/** Every order there is: a new one in the schema does not compile until it is named here. */
export const ORDER_FIELDS: Readonly<Record<LeadOrderField, string>> = {
  SCORE: 'Score',
  LAST_CONTACT_AT: 'Last contact',
  NAME: 'Name',
  CREATED_AT: 'Date of creation',
  BUDGET: 'Budget',
};

export const ORDER_DIRECTIONS: Readonly<Record<OrderDirection, string>> = {
  DESC: 'Descending',
  ASC: 'Ascending',
};

/** The variables of the list in an order. Closed leads, won or lost, are left out unless they are asked for. */
export function listOptions(
  field: LeadOrderField,
  direction: OrderDirection,
  { first = PAGE_SIZE, hasClosed = false } = {},
) {
  const filter = hasClosed ? {} : { isOpen: true };
  const variables: LeadListQueryVariables = {
    first,
    filter,
    orderBy: { field, direction },
    isFirstPage: true,
  };
  // An order that was shown before is shown at once, and read anew all the same: scores have moved since.
  return { variables, fetchPolicy: 'cache-and-network' as const };
}

/** What `fetchMore` changes of the first page's variables; null: there is no more. */
export function nextPage({
  leadsConnection: { pageInfo },
}: LeadListQuery): Partial<LeadListQueryVariables> | null {
  return pageInfo.hasNextPage ? { after: pageInfo.endCursor, isFirstPage: false } : null;
}
