/** The kinds of interaction. The values match the enum of the database. */
export const INTERACTION_TYPES = ['call', 'email', 'meeting'] as const;
export type InteractionType = (typeof INTERACTION_TYPES)[number];

/**
 * Initiated by the lead (`inbound`) or the sales team (`outbound`). The values match the enum of the
 * database.
 */
export const INTERACTION_DIRECTIONS = ['inbound', 'outbound'] as const;
export type InteractionDirection = (typeof INTERACTION_DIRECTIONS)[number];
