/** The kinds of interaction. The values match the enum of the database. */
export const INTERACTION_TYPES = ['call', 'email', 'meeting'] as const;
export type InteractionType = (typeof INTERACTION_TYPES)[number];
