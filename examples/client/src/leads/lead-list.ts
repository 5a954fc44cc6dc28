import { graphql } from '../generated/index.js';
import type {
  LeadListQuery,
  LeadListQueryVariables,
  LeadOrderField,
  OrderDirection,
} from '../generated/graphql.js';

/** Only the first page requests the total count, because counting takes time. */
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

/** All orders: the code does not compile if the schema has one that is missing here. */
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

/** Returns the query options of a list. Closed leads, won or lost, are left out unless requested. */
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
  // Shows a cached list immediately and still fetches it again, because scores have changed since.
  return { variables, fetchPolicy: 'cache-and-network' as const };
}

/** Returns the variables that `fetchMore` changes; null: there are no more pages. */
export function nextPage({
  leadsConnection: { pageInfo },
}: LeadListQuery): Partial<LeadListQueryVariables> | null {
  return pageInfo.hasNextPage ? { after: pageInfo.endCursor, isFirstPage: false } : null;
}
