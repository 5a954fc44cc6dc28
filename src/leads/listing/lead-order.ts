import type { KeysetType } from '../../common/keyset-cursor.js';

export type LeadOrderField = 'score' | 'lastContact' | 'name' | 'created' | 'budget';
export type OrderDirection = 'asc' | 'desc';

export interface LeadOrder {
  readonly field: LeadOrderField;
  readonly direction: OrderDirection;
}

/** The sort keys of a list. Leads with equal keys are ordered by id, in the same direction. */
export interface OrderKeys {
  /** SQL expressions. They are the first columns of an index, whose last column is the id. */
  readonly keys: readonly string[];
  /** The PostgreSQL types of the keys. */
  readonly types: readonly KeysetType[];
  /** The SQL expression of the id, in the same table as the keys. */
  readonly id: string;
  /** Whether keys and id are columns of `lead_scores`. */
  readonly usesScores: boolean;
  /** Whether the key may be null. There is only one key then, and nulls come last in both directions. */
  readonly isNullable: boolean;
}

/** The indexed score, and the same score in the row of the lead. */
export const INDEXED_SCORE = 'lead_scores.score';
export const OWN_SCORE = 'leads."activityScore"';

/** Whether a lead is open, in the same two tables. A partial index of the scores covers open leads. */
export const IS_INDEXED_OPEN = 'lead_scores."isOpen"';
export const IS_OWN_OPEN = 'is_open_status(leads.status)';

const OF_LEAD = { id: 'leads.id', usesScores: false } as const;

export const ORDERS: Readonly<Record<LeadOrderField, OrderKeys>> = {
  score: {
    keys: [INDEXED_SCORE],
    types: ['integer'],
    id: 'lead_scores."leadId"',
    usesScores: true,
    isNullable: true,
  },
  lastContact: { ...OF_LEAD, keys: ['leads."lastContactAt"'], types: ['timestamptz'], isNullable: true },
  name: {
    ...OF_LEAD,
    keys: ['lower(leads."lastName")', 'lower(leads."firstName")'],
    types: ['text', 'text'],
    isNullable: false,
  },
  created: { ...OF_LEAD, keys: ['leads."createdAt"'], types: ['timestamptz'], isNullable: false },
  budget: { ...OF_LEAD, keys: ['leads.budget'], types: ['numeric'], isNullable: true },
};

/** The score in the row of the lead, for queries that do not benefit from the index of `lead_scores`. */
export const SCORE_OF_LEAD: OrderKeys = {
  ...ORDERS.score,
  ...OF_LEAD,
  keys: [OWN_SCORE],
};
