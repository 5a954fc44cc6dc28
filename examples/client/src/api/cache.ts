import { type FieldPolicy, InMemoryCache, type Reference } from '@apollo/client';

interface LeadPages {
  readonly nodes: readonly Reference[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly totalCount?: number;
}

/** Pages of one filter and order follow each other in one list; its first page begins the list anew. */
const leadPages: FieldPolicy<LeadPages> = {
  keyArgs: ['filter', 'orderBy'],
  merge(existing, incoming, { args }) {
    if (existing === undefined || args?.after == null) return incoming;
    // It was asked for before the list was begun anew, or is here already: it would leave a gap, or come twice.
    if (args.after !== existing.pageInfo.endCursor) return existing;
    const known = new Set(existing.nodes.map(({ __ref }) => __ref));
    // A lead that moves while somebody reads on can be on two pages.
    const fresh = incoming.nodes.filter(({ __ref }) => !known.has(__ref));
    return { ...existing, ...incoming, nodes: [...existing.nodes, ...fresh] };
  },
};

export function createCache(): InMemoryCache {
  return new InMemoryCache({
    typePolicies: {
      // The page asks for the latest run alone: another one takes its place.
      Query: { fields: { leadsConnection: leadPages, recalculations: { merge: false } } },
    },
  });
}
