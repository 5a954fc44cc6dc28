import type { z } from 'zod';
import { integer, type SettingsOf } from './setting-kinds.js';

/** Limits of lists without pages. */
export abstract class ListSettings {
  /** Maximum number of leads that `leads` returns. A longer list is an error that points to pages. */
  abstract readonly maxLeads: number;
  /**
   * Maximum number of interactions in one response, of all leads together. More are an error that points to
   * pages.
   */
  abstract readonly maxInteractions: number;
}

export const listsShape = {
  LEADS_LIST_LIMIT: integer(
    'LEADS_LIST_LIMIT',
    1,
    1_000_000,
    5_000,
    'Leads that `leads` returns at most. Above it, the query fails and points to `leadsConnection`.',
  ),
  INTERACTIONS_LIST_LIMIT: integer(
    'INTERACTIONS_LIST_LIMIT',
    1,
    10_000_000,
    50_000,
    'Interactions of an answer without pages, of all its leads together. Above it, the query fails and points to `interactionsConnection`.',
  ),
} satisfies z.ZodRawShape;

export function listSettings(env: SettingsOf<typeof listsShape>): ListSettings {
  return { maxLeads: env.LEADS_LIST_LIMIT, maxInteractions: env.INTERACTIONS_LIST_LIMIT };
}
