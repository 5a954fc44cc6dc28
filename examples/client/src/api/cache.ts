import { type FieldPolicy, InMemoryCache, type Reference } from '@apollo/client';

interface LeadPages {
  readonly nodes: readonly Reference[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly totalCount?: number;
}

/** Joins pages of one filter and order in one list. A first page replaces the list. */
const leadPages: FieldPolicy<LeadPages> = {
  keyArgs: ['filter', 'orderBy'],
  merge(existing, incoming, { args }) {
    if (existing === undefined || args?.after == null) return incoming;
    // The page does not follow the current list: it was requested before the list was replaced, or has
    // already been added.
    if (args.after !== existing.pageInfo.endCursor) return existing;
    const known = new Set(existing.nodes.map(({ __ref }) => __ref));
    // A lead may be on two pages if it moves in the order between the requests.
    const fresh = incoming.nodes.filter(({ __ref }) => !known.has(__ref));
    return { ...existing, ...incoming, nodes: [...existing.nodes, ...fresh] };
  },
};

export function createCache(): InMemoryCache {
  return new InMemoryCache({
    typePolicies: {
      // The page requests only the latest recalculation, so a new one replaces it.
      Query: { fields: { leadsConnection: leadPages, recalculations: { merge: false } } },
    },
  });
}
