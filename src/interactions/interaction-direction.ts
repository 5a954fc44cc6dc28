/** Who got in touch: the lead (`inbound`) or the sales team (`outbound`), as the database's enum has them. */
export const INTERACTION_DIRECTIONS = ['inbound', 'outbound'] as const;
export type InteractionDirection = (typeof INTERACTION_DIRECTIONS)[number];
