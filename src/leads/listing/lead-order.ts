import type { KeysetType } from '../../common/keyset-cursor.js';

export type LeadOrderField = 'score' | 'lastContact' | 'name' | 'created' | 'budget';
export type OrderDirection = 'asc' | 'desc';

export interface LeadOrder {
  readonly field: LeadOrderField;
  readonly direction: OrderDirection;
}

/** What a list is ordered by. Leads that have the same stand by their id, in the same direction. */
export interface OrderKeys {
  /** SQL. Each is the beginning of an index, with the id at its end. */
  readonly keys: readonly string[];
  /** Their types in PostgreSQL. */
  readonly types: readonly KeysetType[];
  /** SQL of the id, in the same table. */
  readonly id: string;
  /** Whether there may be none. There is one key then, and leads without come last in both directions. */
  readonly isNullable: boolean;
}

/** The score where its index is of use, and the same score in the lead's own row. */
export const INDEXED_SCORE = 'lead_scores.score';
export const OWN_SCORE = 'leads."activityScore"';

/** Whether a lead is open, in the same two places. The index of the scores has a part for open leads. */
export const IS_INDEXED_OPEN = 'lead_scores."isOpen"';
export const IS_OWN_OPEN = 'is_open_status(leads.status)';

export const ORDERS: Readonly<Record<LeadOrderField, OrderKeys>> = {
  score: { keys: [INDEXED_SCORE], types: ['integer'], id: 'lead_scores."leadId"', isNullable: true },
  lastContact: { keys: ['leads."lastContactAt"'], types: ['timestamptz'], id: 'leads.id', isNullable: true },
  name: {
    keys: ['lower(leads."lastName")', 'lower(leads."firstName")'],
    types: ['text', 'text'],
    id: 'leads.id',
    isNullable: false,
  },
  created: { keys: ['leads."createdAt"'], types: ['timestamptz'], id: 'leads.id', isNullable: false },
  budget: { keys: ['leads.budget'], types: ['numeric'], id: 'leads.id', isNullable: true },
};

/** The score where the rest of a lead is read as well: for whoever has no use for the index that `lead_scores` has. */
export const SCORE_OF_LEAD: OrderKeys = {
  ...ORDERS.score,
  keys: [OWN_SCORE],
  id: 'leads.id',
};
