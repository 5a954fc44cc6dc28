/** The kinds of interaction there are, as the database's enum has them. */
export const INTERACTION_TYPES = ['call', 'email', 'meeting'] as const;
export type InteractionType = (typeof INTERACTION_TYPES)[number];
